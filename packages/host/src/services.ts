/** The services a host has when nobody replaces them. */
import os from 'node:os';
import { createBus } from '@apical/bus';
import { injected } from '@apical/core';
import type { Clock, Logger, ServiceContributions, ServiceKind } from '@apical/core';
import { createDatasetCache, createFormats } from '@apical/data';

/** Lines on standard error, so that standard output stays free for results. */
export const stderrLogger: Logger = {
  info: message => void process.stderr.write(`${message}\n`),
  warn: message => void process.stderr.write(`warning: ${message}\n`),
};
export const systemClock: Clock = { now: () => performance.now(), date: () => new Date().toISOString() };

export const defaultServices = (): Required<Pick<ServiceContributions, ServiceKind>> => ({
  Bus: injected([], createBus),
  Clock: systemClock,
  DatasetCache: injected(['Logger'], log =>
    createDatasetCache({ env: process.env, home: os.homedir(), platform: process.platform, log }),
  ),
  Formats: injected([], createFormats),
  Logger: stderrLogger,
});
