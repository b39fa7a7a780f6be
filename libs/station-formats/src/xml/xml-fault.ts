import type { Bilingual } from '#domain/bilingual.js';

export type XmlFaultCode =
  'not-well-formed' | 'doctype-refused' | 'wrong-encoding' | 'too-deep' | 'too-many-elements' | 'too-large';

const reasons = {
  truncated: { vi: 'văn bản bị cắt cụt giữa chừng', en: 'the text ends in the middle' },
  'no-root': { vi: 'không có phần tử gốc', en: 'there is no root element' },
  'not-xml': { vi: 'nội dung không phải XML', en: 'the content is not XML' },
  'not-base64': { vi: 'nội dung không phải base64', en: 'the content is not base64' },
  'after-root': { vi: 'còn nội dung sau phần tử gốc', en: 'there is content after the root element' },
  'mismatched-tag': { vi: 'thẻ đóng không khớp thẻ mở', en: 'a closing tag does not match its opening tag' },
  'bad-name': { vi: 'tên thẻ không hợp lệ', en: 'a tag name is not valid' },
  'bad-attribute': { vi: 'thuộc tính không hợp lệ', en: 'an attribute is not valid' },
  'bad-character': {
    vi: 'có ký tự điều khiển không được phép',
    en: 'there is a control character that is not allowed',
  },
  'bad-entity': {
    vi: 'ký hiệu “&” không hợp lệ (chỉ được dùng &amp; &lt; &gt; &quot; &apos; và mã số)',
    en: 'an “&” is not valid (only &amp; &lt; &gt; &quot; &apos; and numbers are allowed)',
  },
  'bad-declaration': { vi: 'dòng khai báo <?xml … ?> không hợp lệ', en: 'the <?xml … ?> declaration is not valid' },
  'bad-markup': { vi: 'cú pháp “<” không hợp lệ', en: 'a “<” is not followed by valid markup' },
  'cdata-end-in-text': { vi: 'có “]]>” ngoài CDATA', en: 'there is a “]]>” outside CDATA' },
  doctype: { vi: 'không nhận DOCTYPE và thực thể tự khai báo', en: 'DOCTYPE and declared entities are not accepted' },
  encoding: {
    vi: 'phải dùng bảng mã UTF-8 (không nhận TCVN3, VNI, Windows-1258)',
    en: 'the encoding must be UTF-8 (TCVN3, VNI and Windows-1258 are not taken)',
  },
  depth: { vi: 'các thẻ lồng nhau quá sâu', en: 'the tags are nested too deeply' },
  elements: { vi: 'có quá nhiều thẻ', en: 'there are too many tags' },
  size: { vi: 'tệp quá lớn', en: 'the file is too large' },
} as const satisfies Record<string, Bilingual>;

export type XmlFaultReason = keyof typeof reasons;

/** Why a text is not XML that this system reads. Never leaves this library: readers turn it into a fault. */
export class XmlFault extends Error {
  override readonly name = 'XmlFault';
  constructor(
    readonly code: XmlFaultCode,
    readonly reason: XmlFaultReason,
    /** Line of the text, from 1; 0 where it is about the whole. */
    readonly line: number,
  ) {
    super(`${code}: ${reasons[reason].en}${line > 0 ? ` (line ${line})` : ''}`);
  }

  get text(): Bilingual {
    const { vi, en } = reasons[this.reason];
    return this.line > 0 ? { vi: `${vi} (dòng ${this.line})`, en: `${en} (line ${this.line})` } : { vi, en };
  }
}
