/** The version of this Sluice: what agents say in their hello, and what `sluice version` prints. */
export const SLUICE_VERSION = '0.1.0';
