// An authenticator app: one-time codes from a key (RFC 6238).

import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_SECONDS = 30;

/** The bytes of a key in base 32, however it is grouped. */
function decode(key) {
  const bits = [...key.replace(/\s/g, '')].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** The code of a time step. */
export function codeAt(key, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', decode(key)).update(counter).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** An app with one key. No code works twice, so each is that of a later step; the server takes those of the next. */
export class Authenticator {
  #key;
  #last = 0;

  constructor(key) {
    this.#key = key;
  }

  code() {
    this.#last = Math.max(this.#last + 1, Math.floor(Date.now() / 1000 / STEP_SECONDS));
    return codeAt(this.#key, this.#last);
  }
}
