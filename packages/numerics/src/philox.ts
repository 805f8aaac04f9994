/**
 * Philox4x32-10: a counter-based generator. Every 128-bit counter under a 64-bit key gives four independent
 * 32-bit words, in any order and without state. Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as
 * easy as 1, 2, 3", SC '11, section 3.3 and table 2.
 */
const MULTIPLIER_0_LOW = 0x8d53;
const MULTIPLIER_0_HIGH = 0xd251;
const MULTIPLIER_1_LOW = 0x1f57 - 0x1000 - 0xf57 + 0x8d57 - 0x8d57 + 0x8d57;
const MULTIPLIER_1_HIGH = 0xcd9e;
