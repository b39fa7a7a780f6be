import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { hasForbiddenCharacter } from './xml-characters.js';
import { XmlFault } from './xml-fault.js';
import { XmlScanner, type XmlBudget } from './xml-scanner.js';

type Tree = { readonly name: string; text: string; readonly children: Tree[] };

const budget = (): XmlBudget => ({ elements: 10_000, depth: 40 });

/** The document as a tree; texts are joined per element, mere white space left out. */
function scan(text: string, useLeafText = false): Tree {
  const scanner = new XmlScanner(text, budget());
  const root: Tree = { name: '', text: '', children: [] };
  const open = [root];
  for (let token = scanner.next(); token !== 'end'; token = scanner.next()) {
    const current = open.at(-1);
    if (!current) throw new Error('closed too often');
    if (token === 'open') {
      const child: Tree = { name: scanner.name, text: '', children: [] };
      current.children.push(child);
      const leaf = useLeafText ? scanner.leafText() : undefined;
      if (leaf === undefined) open.push(child);
      else child.text = leaf;
    } else if (token === 'text') current.text += scanner.text;
    else open.pop();
  }
  return withoutBlanks(root);
}

function parseWithSaxes(text: string): Tree {
  const parser = new SaxesParser();
  const root: Tree = { name: '', text: '', children: [] };
  const open = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('doctype');
  });
  parser.on('opentag', ({ name }) => {
    const child: Tree = { name, text: '', children: [] };
    open.at(-1)?.children.push(child);
    open.push(child);
  });
  const addText = (part: string): void => {
    const current = open.at(-1);
    if (current && open.length > 1) current.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return withoutBlanks(root);
}

/** Blanks at the ends of a text and beside comments are no difference. */
function withoutBlanks(tree: Tree): Tree {
  return { name: tree.name, text: tree.text.replaceAll(/[ \t\r\n]+/g, ''), children: tree.children.map(withoutBlanks) };
}

const outcome = (parse: () => Tree): Tree | 'refused' => {
  try {
    return parse();
  } catch {
    return 'refused';
  }
};

const reasonOf = (text: string): string => {
  try {
    scan(text);
  } catch (fault) {
    if (fault instanceof XmlFault) return `${fault.code} ${fault.reason} ${fault.line}`;
    throw fault;
  }
  return 'read';
};

describe('XmlScanner', () => {
  it('reads elements, text, CDATA, references and line ends', () => {
    const document =
      '<?xml version="1.0" encoding="utf-8"?>\n<!-- a -->\n<A x="1" y=\'&lt;\'>\r\n<B>a&amp;b&#x41;&#66;<![CDATA[<c>&amp;]]></B><C/><D />t\r\nu</A >\n';
    expect(scan(document)).toEqual({
      name: '',
      text: '',
      children: [
        {
          name: 'A',
          text: 'tu',
          children: [
            { name: 'B', text: 'a&bAB<c>&amp;', children: [] },
            { name: 'C', text: '', children: [] },
            { name: 'D', text: '', children: [] },
          ],
        },
      ],
    });
  });

  it.each([
    ['<A>', 'not-well-formed truncated 1'],
    ['<A>\n<B></A>', 'not-well-formed mismatched-tag 2'],
    ['<A></A', 'not-well-formed truncated 1'],
    ['<A><![CDATA[x</A>', 'not-well-formed truncated 1'],
    ['<A>&nbsp;</A>', 'not-well-formed bad-entity 1'],
    ['<A>&#0;</A>', 'not-well-formed bad-entity 1'],
    ['<A>a & b</A>', 'not-well-formed bad-entity 1'],
    ['<A>]]></A>', 'not-well-formed cdata-end-in-text 1'],
    ['<A>\u0001</A>', 'not-well-formed bad-character 1'],
    ['<A x=1/>', 'not-well-formed bad-attribute 1'],
    ['<A x="1" x="2"/>', 'not-well-formed bad-attribute 1'],
    ['<A/><B/>', 'not-well-formed after-root 1'],
    ['<A/>text', 'not-well-formed after-root 1'],
    ['text', 'not-well-formed not-xml 1'],
    ['', 'not-well-formed no-root 1'],
    ['<!-- only -->', 'not-well-formed no-root 1'],
    ['<1A/>', 'not-well-formed bad-name 1'],
    ['< A/>', 'not-well-formed bad-markup 1'],
    ['<?xml version="1.0" encoding=utf-8?><A/>', 'not-well-formed bad-declaration 1'],
    ['<!DOCTYPE A><A/>', 'doctype-refused doctype 1'],
    ['<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>', 'doctype-refused doctype 1'],
    ['<A>'.repeat(41), 'too-deep depth 1'],
    [`<A>${'<B/>'.repeat(10_001)}</A>`, 'too-many-elements elements 1'],
  ])('refuses %j', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('skips a declaration that was pasted into the middle', () => {
    expect(scan('<A><?xml version="1.0" encoding="utf-8"?><B>1</B></A>').children[0]?.children[0]?.text).toBe('1');
  });

  const names = fc.constantFrom('A', 'MA_LK', 'HO_TEN', 'ns:x', 'Số', '_a-1.b');
  const contents = fc.oneof(
    fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((text) => text.replaceAll(/[<>&\s]/g, ''))
      .filter((text) => !hasForbiddenCharacter(text)),
    fc.constantFrom(
      '&lt;',
      '&#65;',
      '&#x1EA1;',
      '<![CDATA[<a> & ]] >]]>',
      '<!-- c -->',
      '<?pi x?>',
      '\r\n',
      '\r',
      ' ',
      'Nguyễn Thị Hoa',
      '>',
      ']]',
    ),
  );
  const { element } = fc.letrec<{ element: string; body: string }>((tie) => ({
    element: fc.oneof(
      fc
        .tuple(names, fc.constantFrom('', ' a="1"', " b='<'".replace('<', '&lt;'), ' \n'), tie('body'))
        .map(([name, rest, body]) => `<${name}${rest}>${body}</${name}>`),
      names.map((name) => `<${name}/>`),
    ),
    body: fc
      .array(fc.oneof({ depthSize: 'small' }, contents, tie('element')), { maxLength: 5 })
      .map((parts) => parts.join('')),
  }));
  const documents = fc
    .tuple(
      fc.constantFrom('', '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>\n', '<!-- x -->\n'),
      element,
      fc.constantFrom('', '\n', '<!-- y -->'),
    )
    .map((parts) => parts.join(''));

  it('reads whatever saxes reads, in the same way', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const expected = outcome(() => parseWithSaxes(document));
        expect(outcome(() => scan(document))).toEqual(expected);
        expect(outcome(() => scan(document, true))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses whatever saxes refuses when a document is damaged', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat(6),
      fc.constantFrom(
        '',
        '<',
        '>',
        '&',
        '/',
        '"',
        ']',
        ']]>',
        '<!',
        '<?',
        'x',
        ' ',
        '=',
        '&#',
        '<![CDATA[',
        '--',
        '\u0001',
        '\uFFFF',
      ),
    );
    fc.assert(
      fc.property(documents, damage, (document, [place, length, inserted]) => {
        const at = place % (document.length + 1);
        const damaged = document.slice(0, at) + inserted + document.slice(at + length);
        // The one liberty taken: a declaration in the middle. And saxes allows undeclared DOCTYPEs, which are refused here.
        fc.pre(!/<\?xml/i.test(damaged.slice(1)) && !damaged.includes('<!DOCTYPE') && damaged.isWellFormed());
        const expected = outcome(() => parseWithSaxes(damaged));
        expect(outcome(() => scan(damaged))).toEqual(expected);
        expect(outcome(() => scan(damaged, true))).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });
});
