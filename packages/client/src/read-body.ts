/** Reads an answer's body with a limit, so that a wrong address cannot fill the memory. */

/** Bytes of the longest answer: a list of 10,000 nodes is about 15 MB, so this leaves room for very long labels. */
const ANSWER_BYTES_MAX = 128 * 1024 * 1024;

/** The body as text; `null` when it is longer than {@link ANSWER_BYTES_MAX}. Rejects when the connection breaks. */
export async function readBody(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const stream: ReadableStream<Uint8Array> = response.body;
  const reader = stream.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
