/** Where tests leave their pictures: ignored by git, and looked at by people after a change. */
import { fileURLToPath } from 'node:url';

export const SCREENSHOTS = fileURLToPath(new URL('screenshots/', import.meta.url));
