/** Why somebody asks for something: part of every request that changes a node. */
import Type from 'typebox';
import { REASON_LENGTH_MAX } from '../operation.ts';

export const Reason = Type.Optional(
  Type.String({ maxLength: REASON_LENGTH_MAX, description: 'Why, for those who ask later.' }),
);
