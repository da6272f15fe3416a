/** The tokens of a benchmark's server. */
export const ADMIN_TOKEN = 'slc_bench-admin-token-0123456789abcdef';
export const JOIN_TOKEN = 'slc_bench-join-token-0123456789abcdef';
