/** A value or `null`: what this API says when there is nothing, rather than leaving the field out. */
import Type, { type TSchema } from 'typebox';

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
