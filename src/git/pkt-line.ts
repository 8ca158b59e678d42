/** git's framing: four hex digits of length (themselves included), then the content; 0000 to 0003 are marks without content. */
export interface Packet {
  /** undefined for a mark such as the flush packet */
  readonly content: Buffer | undefined
}

export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket'
}

export const FLUSH = Buffer.from('0000')

export function encodePacket(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** Takes packets out of a stream that arrives in pieces. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Yields the packets that are whole now, one by one: who sees the mark after which other bytes follow stops taking.
   * @throws MalformedPacket
   */
  *push(chunk: Buffer): Generator<Packet> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 4) {
      const digits = this.#rest.toString('latin1', 0, 4)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new MalformedPacket('not a packet of the git protocol')
      const length = Number.parseInt(digits, 16)
      if (length > this.#rest.length) return
      const content = length < 4 ? undefined : this.#rest.subarray(4, length)
      this.#rest = this.#rest.subarray(Math.max(4, length))
      yield { content }
    }
  }
}
