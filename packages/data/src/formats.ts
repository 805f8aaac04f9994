/** The `Formats` service: every parser under one token, so that plugins need no Node built-in. */
import type { Formats } from '@apical/core';
import { sha256 } from './arrays.js';
import { readCsv } from './csv.js';
import { readIdx } from './idx.js';
import { readNpy } from './npy.js';
import { readNpz } from './npz.js';
import { fixedSplit, takeRows } from './splits.js';

export function createFormats(): Formats {
  return {
    idx: readIdx,
    npy: readNpy,
    npz: async (bytes, file) => readNpz(bytes, file),
    csv: readCsv,
    sha256,
    split: fixedSplit,
    rows: takeRows,
  };
}
