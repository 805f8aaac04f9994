/** What a finished run leaves for other tools: weights for numpy and others, and a script that reads it all. */
import ndarray from 'ndarray';
import { schemaVersion } from '@apical/core';
import type { FloatArray, RunSummary } from '@apical/core';
import { writeNpz, writeSafetensors } from '@apical/data';

export type NamedArrays = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: FloatArray }
>;

const arraysOf = (weights: NamedArrays) =>
  Object.fromEntries([...weights].map(([k, { shape, data }]) => [k, ndarray(data, [...shape])]));

export const weightsNpz = (weights: NamedArrays): Uint8Array => writeNpz(arraysOf(weights));
export const weightsSafetensors = (weights: NamedArrays, { id }: Pick<RunSummary, 'id'>): Uint8Array =>
  writeSafetensors(arraysOf(weights), {
    schema: String(schemaVersion),
    layout: 'row-major; matrices are [post, pre], biases [post], filters [filters, channels, rows, cols]',
    experiment: id.experiment,
    scheme: id.scheme,
    hash: id.hash,
    seed: String(id.seed),
  });

/** Needs numpy alone. */
export const loadScript = `"""Runs of this experiment as numpy arrays.

    from load import runs
    for run in runs():
        print(run["scheme"], run["seed"], run["metrics"]["validation/error"][-1])

metrics: column -> array, one entry per epoch, nan where nothing was measured.
weights: projection -> array [post, pre]; "<projection>/bias" -> array [post].
"""
import csv
import json
from pathlib import Path

import numpy as np


def load(folder):
    folder = Path(folder)
    summary = json.loads((folder / "summary.json").read_text())
    if summary["schema"] > ${schemaVersion}:
        raise ValueError(f"{folder}: schema {summary['schema']} is newer than this script")
    with open(folder / "metrics.csv", newline="") as file:
        header = next(csv.reader(file))
    table = np.atleast_2d(np.genfromtxt(folder / "metrics.csv", delimiter=",", skip_header=1))
    with np.load(folder / "weights.npz") as file:
        weights = {name: file[name] for name in file.files}
    return {
        "folder": folder, "scheme": summary["id"]["scheme"], "seed": summary["id"]["seed"], "summary": summary,
        "metrics": dict(zip(header, table.T)), "weights": weights,
    }


def runs(root=Path(__file__).parent):
    return [load(p.parent) for p in sorted(Path(root).glob("**/seed=*/summary.json"))]
`;
