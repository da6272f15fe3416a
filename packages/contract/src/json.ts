/** JSON values as metadata and parameters carry them: anything that JSON can say. */
import Type from 'typebox';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Any JSON value. Everything that JSON.parse returns is one, so there is nothing to check. */
export const Json = Type.Unsafe<Json>({ description: 'Any JSON value.' });
