"""The workloads of packages/bench in numpy, driven over standard input by against-numpy.ts: one JSON object a line.

{"do": "open", "workload": NAME, "dtype": DTYPE}  ->  {"id": N}
{"do": "check", "id": N, "steps": K}              ->  {"values": the first numbers of the output after K steps}
{"do": "time", "id": N, "calls": K}               ->  {"seconds": CPU time of one call}

Written as a careful user writes numpy: products through @ and dot with `out` where a result has a place, in-place updates,
no copies that could be avoided without making it another program.
"""

import json
import sys
import time

import numpy as np


def mixed(length, seed):
    """Between -1 and 1: a hash of place and seed, the same as in packages/bench/src/values.ts."""
    h = np.arange(length, dtype=np.uint32) + np.uint32((seed * 0x9E3779B1) & 0xFFFFFFFF)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    h = h ^ (h >> np.uint32(16))
    return h / 2.0**31 - 1


def filled(dtype, seed, scale, *shape):
    return (scale * mixed(int(np.prod(shape)), seed)).reshape(shape).astype(dtype)


def multiply(dtype, batch, n_pre, n_post):
    weights = filled(dtype, 1, 0.1, n_post, n_pre)
    out = np.zeros((batch, n_post), dtype)
    pre = filled(dtype, 2, 1, batch, n_pre)
    if batch == 1:
        x, y = pre[0], out[0]
        return (lambda: np.dot(weights, x, out=y)), lambda: y
    transposed = weights.T
    return (lambda: np.matmul(pre, transposed, out=out)), lambda: out


def backprop(dtype):
    sizes, batch = [784, 500, 500, 500, 10], 64
    top = len(sizes) - 1
    weights = [filled(dtype, l, np.sqrt(6 / sizes[l - 1]), sizes[l], sizes[l - 1]) for l in range(1, top + 1)]
    biases = [np.zeros(n, dtype) for n in sizes[1:]]
    inputs = filled(dtype, 9, 1, batch, sizes[0])
    wanted = np.eye(sizes[top], dtype=dtype)[(np.arange(batch) * 7) % sizes[top]]
    rate = dtype(0.05 / batch)
    last = {}

    def step():
        r = [inputs]
        for l in range(top):
            z = r[-1] @ weights[l].T
            z += biases[l]
            if l < top - 1:
                np.maximum(z, 0, out=z)
            r.append(z)
        e = r[-1]
        e -= e.max(1, keepdims=True)
        np.exp(e, out=e)
        e /= e.sum(1, keepdims=True)
        last["output"] = e
        e = e - wanted
        for l in range(top - 1, -1, -1):
            gradient = e.T @ r[l]
            of_bias = e.sum(0)
            if l:
                e = (e @ weights[l]) * (r[l] > 0)
            gradient *= rate
            weights[l] -= gradient
            biases[l] -= rate * of_bias

    return step, lambda: last["output"]


def leaky(dtype):
    n = [784, 200, 2, 200, 784]
    top = len(n) - 1
    forward = [None] + [filled(dtype, 10 + l, 0.05, n[l], n[l - 1]) for l in range(1, top + 1)]
    back = [None] + [filled(dtype, 20 + l, 0.05, n[l], n[l + 1]) for l in range(1, top)]
    u = [filled(dtype, 30 + l, 0.5, n[l]) for l in range(top + 1)]
    r = [np.tanh(x) for x in u]
    a, eta = dtype(0.1), dtype(1e-4)

    def step():
        drive = [None] + [forward[l] @ r[l - 1] for l in range(1, top + 1)]
        for l in range(1, top):
            drive[l] += back[l] @ r[l + 1]
        for l in range(1, top + 1):
            u[l] += a * (drive[l] - u[l])
            new = np.tanh(u[l])
            drive[l] = new - r[l]
            r[l] = new
        for l in range(1, top + 1):
            forward[l] += np.outer(eta * drive[l], r[l - 1])

    return step, lambda: r[top]


def microcircuit(dtype):
    n = [5, 20, 10, 20, 5]
    top = len(n) - 1
    hidden, layers = range(1, top), range(1, top + 1)
    up = [None] + [filled(dtype, 10 + l, 0.5, n[l], n[l - 1]) for l in layers]
    down = [None] + [filled(dtype, 20 + l, 0.5, n[l], n[l + 1]) for l in hidden]
    to_pyramidal = [None] + [filled(dtype, 30 + l, 0.5, n[l], n[l + 1]) for l in hidden]
    to_inter = [None] + [filled(dtype, 40 + l, 0.5, n[l + 1], n[l]) for l in hidden]
    u = [filled(dtype, 50 + l, 0.5, n[l]) for l in range(top + 1)]
    v = [None] + [filled(dtype, 60 + l, 0.5, n[l + 1]) for l in hidden]
    r = [np.tanh(x) for x in u]
    s = [None] + [np.tanh(v[l]) for l in hidden]
    a, apical, nudge, eta = dtype(0.1), dtype(0.8), dtype(0.3), dtype(1e-3)

    def step():
        basal = [None] + [up[l] @ r[l - 1] for l in layers]
        above = [None] + [down[l] @ r[l + 1] + to_pyramidal[l] @ s[l] for l in hidden]
        inter = [None] + [to_inter[l] @ r[l] for l in hidden]
        for l in layers:
            drive = basal[l] if l == top else basal[l] + apical * above[l]
            u[l] += a * (drive - u[l])
            r[l] = np.tanh(u[l])
        for l in hidden:
            v[l] += a * (inter[l] + nudge * (u[l + 1] - inter[l]) - v[l])
            s[l] = np.tanh(v[l])
        for l in layers:
            up[l] += np.outer(eta * (r[l] - np.tanh(basal[l])), r[l - 1])
        for l in hidden:
            to_inter[l] += np.outer(eta * (s[l] - np.tanh(inter[l])), r[l])
            to_pyramidal[l] -= np.outer(eta * above[l], s[l])

    return step, lambda: r[top]


workloads = {
    "gemm-100x500x500": lambda d: multiply(d, 100, 500, 500),
    "gemv-20x20": lambda d: multiply(d, 1, 20, 20),
    "gemv-500x500": lambda d: multiply(d, 1, 500, 500),
    "bp-784-3x500-10": backprop,
    "leaky-784-200-2-200-784": leaky,
    "microcircuit-5-20-10-20-5": microcircuit,
}


def timed(step, calls):
    start = time.process_time()
    for _ in range(calls):
        step()
    return (time.process_time() - start) / calls


def answer(question, opened):
    if question["do"] == "open":
        dtype = {"float32": np.float32, "float64": np.float64}[question["dtype"]]
        opened.append(workloads[question["workload"]](dtype))
        return {"id": len(opened) - 1}
    step, output = opened[question["id"]]
    if question["do"] == "check":
        for _ in range(question["steps"]):
            step()
        return {"values": [float(x) for x in np.ravel(output())[:10]]}
    return {"seconds": timed(step, question["calls"])}


def main():
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"] if np.__version__ >= "1.26" else {}
    about = blas.get("openblas configuration") or f"{blas.get('name', '?')} {blas.get('version', '')}"
    print(json.dumps({"numpy": np.__version__, "blas": about}), flush=True)
    opened = []
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), opened)), flush=True)


if __name__ == "__main__":
    main()
