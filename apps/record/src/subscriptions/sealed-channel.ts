/** The endpoint of a subscription and the headers that go there, which may hold secrets, as they are kept in the log. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface Channel {
  readonly endpoint?: string;
  /** `Authorization: Bearer …` */
  readonly headers: readonly string[];
}

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM, bound to the subscription: what is sealed for one opens for no other. */
export class ChannelSeal {
  readonly #key: Uint8Array;

  /** @param sealingKey of the installation */
  constructor(sealingKey: Uint8Array) {
    this.#key = new Uint8Array(hkdfSync('sha256', sealingKey, '', 'subscription-channels', 32));
  }

  seal(subscription: string, channel: Channel): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    cipher.setAAD(Buffer.from(subscription));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(channel), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @throws Error when it was sealed with another key or for another subscription */
  open(subscription: string, text: string): Channel {
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(subscription));
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    const opened = Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]);
    return JSON.parse(opened.toString('utf8')) as Channel;
  }
}
