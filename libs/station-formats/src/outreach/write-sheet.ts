import { outreachColumns, templateHeadings } from './columns.js';
import { excelStyle, writeCsv } from './csv.js';

const byteOrderMark = '\uFEFF';

/** The empty template, as Vietnamese Excel opens it right: UTF-8 with a byte-order mark, semicolons. */
export const outreachTemplate = (): string => byteOrderMark + writeCsv([templateHeadings], excelStyle);

/** The template with one synthetic line, for the guide. */
export const outreachExample = (): string =>
  byteOrderMark +
  writeCsv([templateHeadings, outreachColumns.filter((one) => one.inTemplate).map((one) => one.example)], excelStyle);

/** The table of columns as the guides show it. */
export function columnGuide(language: 'vi' | 'en'): string {
  const words = {
    vi: ['Cột', 'Bắt buộc', 'Cách ghi', 'Ví dụ', 'Cũng nhận tiêu đề', 'Giới hạn'],
    en: ['Column', 'Needed', 'How to write it', 'Example', 'Other headings taken', 'Limits'],
  }[language];
  const needed = { vi: { sheet: 'có', row: 'nên có' }, en: { sheet: 'yes', row: 'should' } }[language];
  const number = (value: number): string => (language === 'vi' ? String(value).replace('.', ',') : String(value));
  const rows = outreachColumns.map(({ heading, required, guide, example, aliases, measure, inTemplate }) => [
    inTemplate ? `**${heading}**` : heading,
    required ? needed[required] : '',
    guide[language],
    `\`${example}\``,
    aliases.join(', '),
    measure ? `${number(measure.possible[0])}–${number(measure.possible[1])} ${measure.unit}` : '',
  ]);
  return [words, words.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
