/** The binary format of a module with one imported shared memory, functions of the host, and exported functions. */
import { bytesOf, types, uleb, type Code, type ValueType } from './assembler.js';

export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  /** Beyond the parameters; numbered after them. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
  /** What it leaves; default: nothing. */
  readonly result?: ValueType;
}
/** A function of the host; numbered before all others. */
export interface WasmImport {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly result?: ValueType;
}
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...uleb(content.length),
  ...content,
];
const list = (items: readonly Code[]): number[] => bytesOf([...uleb(items.length), ...items]);
const text = (s: string): number[] => {
  const bytes = [...new TextEncoder().encode(s)];
  return [...uleb(bytes.length), ...bytes];
};
/** Largest shared memory: 4 GiB, reserved, not committed. */
export const maximumPages = 65536;

/** A module that imports `m.memory` (shared) and the host's functions, and exports its own. */
export function assemble(
  functions: readonly WasmFunction[],
  imports: readonly WasmImport[] = [],
): Uint8Array<ArrayBuffer> {
  const signature = (f: WasmImport): Code => [
    0x60,
    ...list(f.params.map(p => [types[p]])),
    ...(f.result ? [1, types[f.result]] : [0]),
  ];
  const memory = [...text('m'), ...text('memory'), 0x02, 0x03, ...uleb(1), ...uleb(maximumPages)];
  const hosts = imports.map((f, k) => [...text('m'), ...text(f.name), 0x00, ...uleb(k)]);
  const own = (k: number): number[] => uleb(imports.length + k);
  const body = (f: WasmFunction): Code => {
    const code = bytesOf([list(runs(f.locals)), f.body, 0x0b]);
    return [...uleb(code.length), code];
  };
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, list([...imports, ...functions].map(signature))),
    ...section(2, list([memory, ...hosts])),
    ...section(3, list(functions.map((_, k) => own(k)))),
    ...section(7, list(functions.map((f, k) => [...text(f.name), 0x00, ...own(k)]))),
    ...section(10, list(functions.map(body))),
  ]);
}
/** Locals as the format wants them: runs of one type. */
function runs(locals: readonly ValueType[]): Code[] {
  const out: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = out.at(-1);
    if (last?.type === type) last.count++;
    else out.push({ type, count: 1 });
  }
  return out.map(r => [...uleb(r.count), types[r.type]]);
}
