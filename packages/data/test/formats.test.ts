/** Readers and writers of IDX, npy, npz, CSV and safetensors. Byte strings below were made by numpy 2 and by hand. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import ndarray from 'ndarray';
import t from 'tap';
import { isApicalError } from '@apical/core';
import {
  createFormats,
  readCsv,
  readIdx,
  readNpy,
  readNpz,
  readSafetensors,
  readZip,
  writeNpy,
  writeNpz,
  writeSafetensors,
  writeZip,
} from '@apical/data';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const joined = (...parts: (Uint8Array | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap(p => [...p]));
/** Runs it and gives the message of the format error it must throw. */
function refusal(run: () => unknown, code = 'APICAL_DATA_FORMAT'): string {
  try {
    run();
  } catch (e) {
    if (isApicalError(e) && e.code === code) return e.message;
    throw e;
  }
  throw new Error(`expected ${code}`);
}
const npy = (header: string, body: Uint8Array | number[], version = 1): Uint8Array =>
  joined(
    [0x93, ...ascii('NUMPY'), version, 0],
    version === 1 ? [header.length, 0] : [header.length, 0, 0, 0],
    ascii(header),
    body,
  );
const bytesOf = (a: { buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(a.buffer);

t.test('IDX images and labels are read, gzipped or not, and big-endian types too', async t => {
  const images = joined([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3], [1, 2, 3, 4, 5, 255]);
  for (const bytes of [images, gzipSync(images)]) {
    const a = readIdx(bytes, 'images');
    t.same(a.shape, [2, 1, 3]);
    t.ok(a.data instanceof Uint8Array);
    t.equal(a.get(1, 0, 2), 255);
  }
  const shorts = readIdx(joined([0, 0, 0x0b, 1, 0, 0, 0, 2], [0xff, 0xfe, 1, 0]), 'shorts');
  t.same([...shorts.data], [-2, 256]);
  const signed = readIdx(joined([0, 0, 0x09, 1, 0, 0, 0, 2], [0xff, 5]), 'signed');
  t.same([...signed.data], [-1, 5]);
});

t.test('a damaged IDX file is refused with its name, the offset and what was expected', async t => {
  t.match(
    refusal(() => readIdx(ascii('PK..'), 'a.idx')),
    /^a\.idx: at offset 0: found bytes 0x50 0x4b/,
  );
  t.match(
    refusal(() => readIdx(Uint8Array.of(0, 0, 7, 1), 'a')),
    /offset 2: type 0x07 is not one of 0x08 \(u1\)/,
  );
  t.match(
    refusal(() => readIdx(Uint8Array.of(0, 0, 8, 0), 'a')),
    /offset 3: 0 dimensions/,
  );
  t.match(
    refusal(() => readIdx(Uint8Array.of(0, 0, 8, 3, 0), 'a')),
    /header of 16 bytes, the file has 5/,
  );
  t.match(
    refusal(() => readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9, 1), 'a')),
    /make 17 bytes.*9: it is cut off/,
  );
  t.match(
    refusal(() => readIdx(new Uint8Array(3), 'a')),
    /3 bytes/,
  );
  t.match(
    refusal(() => readIdx(gzipSync(new Uint8Array(99)).subarray(0, 15), 'a.gz')),
    /a\.gz: begins like a gzip/,
  );
});

t.test('npy: versions, orders, byte orders and types give the numbers numpy gives', async t => {
  const c = readNpy(
    npy(
      `{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }\n`,
      [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0],
    ),
    'c',
  );
  t.same(
    [c.shape, [...c.data]],
    [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
  );
  const f = readNpy(
    npy(
      `{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n`,
      [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6],
      2,
    ),
    'f',
  );
  t.same(
    [f.shape, [...f.data]],
    [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
    'column-major files come back row-major',
  );
  const cube = readNpy(
    npy(
      `{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }\n`,
      [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11],
      3,
    ),
    'g',
  );
  t.same([...cube.data], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const read = (descr: string, body: Uint8Array | number[], count: number): number[] => [
    ...readNpy(npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${count},)}\n`, body), 'x').data,
  ];
  t.same(read('<f8', bytesOf(Float64Array.of(1.1, -0)), 2), [1.1, -0]);
  t.same(read('>f4', [0x3f, 0x80, 0, 0], 1), [1]);
  t.same(read('<f2', [0, 0x3c, 0x55, 0x35, 1, 0, 0, 0xfc], 4), [1, 0.333251953125, 2 ** -24, -Infinity]);
  t.same(read('|b1', [1, 0, 1], 3), [1, 0, 1]);
  t.same(read('|i1', [255, 127], 2), [-1, 127]);
  t.same(read('<u2', [255, 255], 1), [65535]);
  t.same(read('<i8', bytesOf(BigInt64Array.of(-5n, 7n)), 2), [-5, 7]);
  t.match(
    refusal(() => read('<i8', bytesOf(BigInt64Array.of(1n, 5000000000n)), 2)),
    /element 1 is 5000000000.*float64/,
  );
  const scalar = readNpy(npy(`{'descr': '<i4', 'fortran_order': False, 'shape': ()}\n`, [7, 0, 0, 0]), 's');
  t.same([scalar.shape, [...scalar.data]], [[], [7]]);
  const empty = readNpy(npy(`{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4)}\n`, []), 'e');
  t.same([empty.shape, empty.data.length], [[0, 4], 0]);
});

t.test('npy: what cannot be read is refused with a reason', async t => {
  t.match(
    refusal(() => readNpy(ascii('hello hello'), 'a.npy')),
    /a\.npy: at offset 0: not an \.npy file/,
  );
  t.match(
    refusal(() => readNpy(npy('x', [], 9), 'a')),
    /offset 6: version 9\.0/,
  );
  t.match(
    refusal(() => readNpy(npy(`{'descr': '|O', 'fortran_order': False, 'shape': (1,)}`, []), 'a')),
    /type \|O are not read \(Python objects/,
  );
  t.match(
    refusal(() => readNpy(npy(`{'descr': [('a','<f4')], 'fortran_order': False, 'shape': (1,)}`, []), 'a')),
    /type record/,
  );
  t.match(
    refusal(() => readNpy(npy(`{'descr': '<f4'}`, []), 'a')),
    /expected the keys/,
  );
  t.match(
    refusal(() => readNpy(npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}`, [0, 0, 0]), 'a')),
    /shape \(2\) of f4 .* the file has 68/,
  );
  t.match(
    refusal(() => readNpy(npy('', []).fill(200, 8), 'a')),
    /header at offset 10: 51400 bytes long, the file has 10/,
  );
});

t.test(
  'npy: a written array reads back, with a header that numpy accepts and no dependence on strides',
  async t => {
    const a = ndarray(
      Float32Array.from({ length: 12 }, (_, i) => i / 3),
      [4, 3],
    );
    for (const order of ['C', 'F'] as const)
      for (const array of [a, a.transpose(1, 0), a.lo(1, 1), a.step(-1, 2), a.pick(2, null)]) {
        const bytes = writeNpy(array, { order });
        t.equal(bytes[10 + bytes[8]! - 1], 10, 'the header ends in a line feed');
        t.equal((10 + bytes[8]!) % 64, 0, 'the elements are aligned');
        const back = readNpy(bytes, 'back');
        t.same(back.shape, array.shape);
        for (let i = 0; i < array.shape[0]!; i++)
          for (let j = 0; j < (array.shape[1] ?? 1); j++) t.equal(back.get(i, j), array.get(i, j));
      }
    t.match(
      new TextDecoder('latin1').decode(writeNpy(ndarray(Int32Array.of(1, 2), [2])).subarray(10, 70)),
      /^{'descr': '<i4', 'fortran_order': False, 'shape': \(2,\), } /,
    );
  },
);

t.test('npz: arrays survive, files are reproducible, deflated members are read', async t => {
  const arrays = {
    'W/hidden1': ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
    labels: ndarray(Uint8Array.of(3, 1), [2]),
  };
  const bytes = writeNpz(arrays);
  t.same(bytes, writeNpz(arrays));
  const back = readNpz(bytes, 'w.npz');
  t.same(Object.keys(back), ['W/hidden1', 'labels']);
  t.same([...back['W/hidden1']!.data], [1, 2, 3, 4, 5, 6]);
  t.same((await createFormats().npz(bytes, 'w.npz'))['labels']!.shape, [2]);

  // One deflated member with a zip64 extra in its local header, as numpy.savez_compressed writes it.
  const content = writeNpy(ndarray(new Float32Array(50), [5, 10]));
  const stored = writeZip([['x.npy', content]]);
  const packed = deflateRawSync(content);
  const extra = joined([1, 0, 16, 0], new Uint8Array(16));
  const local = joined(
    stored.subarray(0, 8),
    [8, 0],
    stored.subarray(10, 18),
    new Uint8Array(8).fill(255),
    [5, 0, 20, 0],
  );
  const entry = Uint8Array.from(stored.subarray(35 + content.length, 35 + content.length + 51));
  const view = new DataView(entry.buffer);
  view.setUint16(10, 8, true);
  view.setUint32(20, packed.length, true);
  const end = Uint8Array.from(stored.subarray(-22));
  const head = joined(local, ascii('x.npy'), extra, packed);
  new DataView(end.buffer).setUint32(16, head.length, true);
  t.same(readNpz(joined(head, entry, end), 'z.npz')['x']!.shape, [5, 10]);
});

t.test('zip: damage and what is not read are refused by name', async t => {
  const good = writeZip([['a.npy', ascii('hello')]], 'good');
  t.equal(new TextDecoder().decode(readZip(good, 'z').get('a.npy')), 'hello');
  const at = (offset: number, ...values: number[]): Uint8Array => {
    const copy = Uint8Array.from(good);
    copy.set(values, offset < 0 ? good.length + offset : offset);
    return copy;
  };
  const central = 30 + 5 + 5;
  t.match(
    refusal(() => readZip(at(36, 88), 'z')),
    /z: member "a\.npy" at offset 0: its CRC-32 is wrong/,
  );
  t.match(
    refusal(() => readZip(good.subarray(0, 40), 'z')),
    /not a zip archive .* or it is cut off/,
  );
  t.match(
    refusal(() => readZip(at(-12, 255, 255), 'z')),
    /zip64/,
  );
  t.match(
    refusal(() => readZip(at(central + 8, 1), 'z')),
    /encrypted/,
  );
  t.match(
    refusal(() => readZip(at(central + 10, 12), 'z')),
    /packing method 12/,
  );
  t.match(
    refusal(() => readZip(at(central + 10, 8), 'z')),
    /does not unpack/,
  );
  t.match(
    refusal(() => readZip(at(central, 0), 'z')),
    /expected the directory entry of member 1 of 1/,
  );
  t.match(
    refusal(() => readNpz(writeZip([['a.txt', ascii('x')]]), 'z')),
    /member "a\.txt" is not an \.npy array/,
  );
});

t.test('CSV: separators, headers, quotes, comments and text columns', async t => {
  const plain = readCsv(ascii('1,2.5\r\n-3e2,4\r\n\r\n'), 'a.csv');
  t.equal(plain.header, undefined);
  t.same(
    [plain.values.shape, [...plain.values.data]],
    [
      [2, 2],
      [1, 2.5, -300, 4],
    ],
  );
  const named = readCsv(ascii('\ufeffx;"y, z"\n1;2\n'), 'b.csv');
  t.same(
    [named.header, [...named.values.data]],
    [
      ['x', 'y, z'],
      [1, 2],
    ],
  );
  t.same(readCsv(ascii('"a ""b""","c,d"\n1,"2"\n'), 'q').header, ['a "b"', 'c,d']);
  const spaced = readCsv(ascii('# a b\n1  2\n 3 4\n'), 'c.txt');
  t.same(
    [spaced.header, [...spaced.values.data]],
    [
      ['a', 'b'],
      [1, 2, 3, 4],
    ],
  );
  const iris = readCsv(ascii('length,kind,width\n5.1,setosa,3\n6,virginica,2.5'), 'i', { text: 'kind' });
  t.same(
    [iris.header, iris.text, [...iris.values.data]],
    [
      ['length', 'width'],
      ['setosa', 'virginica'],
      [5.1, 3, 6, 2.5],
    ],
  );
  const last = readCsv(gzipSync(ascii('5.1,a\n6,b\n')), 'i.gz', { text: -1 });
  t.same([last.header, last.text, last.values.shape], [undefined, ['a', 'b'], [2, 1]]);
  t.same(readCsv(ascii('0,1\n2,3'), 'h', { header: true }).header, ['0', '1']);
  t.same([...readCsv(ascii('nan,-inf'), 'n').values.data], [NaN, -Infinity]);
});

t.test('CSV: errors give line and column', async t => {
  const of = (text: string, options = {}): string => refusal(() => readCsv(ascii(text), 'a.csv', options));
  t.match(of('x,y\n1,2\n3,oops\n'), /^a\.csv:3:3: "oops" in column "y"; expected a number/);
  t.match(of('1,2\n3,\n'), /^a\.csv:2:3: an empty field in column 1/);
  t.match(of('1,0x1f', { header: false }), /^a\.csv:1:3: "0x1f"/);
  t.match(of('1,2\n1,2,3\n'), /^a\.csv:2:1: 3 fields; the first line \(line 1\) has 2/);
  t.match(of('1,"2\n3,4', { header: false }), /a\.csv:1:3: a quote is not closed/);
  t.match(of('1,"2"x\n', { header: false }), /a\.csv:1:6: expected ","/);
  t.match(of(''), /is empty/);
  t.match(of('x,y\n'), /no line of numbers/);
  t.match(of('x,label\n1,2', { text: 'labels' }), /unknown column in a\.csv "labels"; did you mean "label"/);
  t.match(of('1,2', { text: 7 }), /there is no column 7; give a number from 0 to 1/);
});

t.test('safetensors: tensors and metadata survive, aligned and in a fixed order', async t => {
  const tensors = {
    b: ndarray(Float32Array.of(1, 2, 3), [3]),
    a: ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]).transpose(1, 0),
    u: ndarray(Uint8Array.of(9), [1]),
    i: ndarray(Int32Array.of(-7), []),
  };
  const bytes = writeSafetensors(tensors, { layout: 'post × pre', apical: '1' });
  t.same(bytes, writeSafetensors({ ...tensors }, { apical: '1', layout: 'post × pre' }));
  t.equal(bytes[0]! % 8, 0);
  const back = readSafetensors(bytes, 'w');
  t.same(Object.keys(back.tensors), ['a', 'b', 'i', 'u']);
  t.same(
    [back.tensors['a']!.shape, [...back.tensors['a']!.data]],
    [
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ],
  );
  t.same([back.tensors['i']!.shape, [...back.tensors['i']!.data]], [[], [-7]]);
  t.same(back.metadata, { apical: '1', layout: 'post × pre' });
});

t.test('safetensors: 16-bit floats are widened, and a wrong layout is refused', async t => {
  const file = (header: unknown, body: number[] = []): Uint8Array => {
    const text = ascii(JSON.stringify(header));
    return joined(bytesOf(BigUint64Array.of(BigInt(text.length))), text, body);
  };
  const two = { dtype: 'BF16', shape: [2], data_offsets: [0, 4] };
  t.same([...readSafetensors(file({ x: two }, [0x80, 0x3f, 0x20, 0xc0]), 'w').tensors['x']!.data], [1, -2.5]);
  const of = (header: unknown, body: number[] = []): string =>
    refusal(() => readSafetensors(file(header, body), 'w'));
  t.match(of({ x: two }, [0]), /tensors end at offset \d+, the file has/);
  t.match(of({ x: { ...two, dtype: 'F8' } }), /dtype "F8" is not one of F64/);
  t.match(of({ x: { ...two, shape: [3] } }), /makes 6 bytes, data_offsets span 4/);
  t.match(of({ x: { ...two, shape: [-1] } }), /expected a list of whole numbers/);
  t.match(of({ x: { ...two, data_offsets: [0] } }), /expected \[begin, end\]/);
  t.match(
    of({ x: two, y: { ...two, data_offsets: [2, 6] } }, [0, 0, 0, 0, 0, 0]),
    /"y" begins at 2 .* expected 4/,
  );
  t.match(of({ __metadata__: { a: 1 } }), /metadata "a" is not a string/);
  t.match(of([]), /expected a JSON object/);
  t.match(of({ x: 1 }), /expected an object with dtype/);
  t.match(
    refusal(() => readSafetensors(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 1), 'w')),
    /header length 9, but 1 bytes/,
  );
  t.match(
    refusal(() => readSafetensors(joined([1, 0, 0, 0, 0, 0, 0, 0], ascii('{')), 'w')),
    /not JSON/,
  );
  t.match(
    refusal(() => readSafetensors(new Uint8Array(3), 'w')),
    /3 bytes/,
  );
});

t.test('a fixed split depends on name, count and sizes alone, and its parts are disjoint', async t => {
  const formats = createFormats();
  const [train, validation] = formats.split('digits', 12, [7, 4]);
  t.same(formats.split('digits', 12, [7, 4]), [train, validation]);
  t.notSame(formats.split('other', 12, [7, 4]), [train, validation]);
  const both = [...train!, ...validation!];
  t.equal(new Set(both).size, 11);
  t.ok(both.every(r => r >= 0 && r < 12));
  t.same(
    [...train!],
    [...train!].sort((a, b) => a - b),
    'in the order of the file',
  );
  t.match(
    refusal(() => formats.split('x', 5, [4, 2]), 'APICAL_DATA_SPLIT'),
    /4 \+ 2 rows: there are 5/,
  );
  const table = ndarray(Float32Array.of(0, 1, 2, 3, 4, 5), [3, 2]);
  t.same([...formats.rows(table, [2, 0]).data], [4, 5, 0, 1]);
  t.same([...formats.rows(table.transpose(1, 0), [1]).data], [1, 3, 5]);
  t.equal(
    formats.sha256([ascii('a'), ascii('bc')]),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
