import { describe, expect, it } from '@jest/globals';
import { numberedParameters, StatementTexts } from './statement-texts.js';

describe('a statement of the port', () => {
  it('has its parameters numbered in their order', () => {
    expect(numberedParameters('select a from t where b = ? and c in (?, ?) limit ?')).toBe(
      'select a from t where b = $1 and c in ($2, $3) limit $4',
    );
  });

  it.each([
    [`select 'what?', ? from t`, `select 'what?', $1 from t`],
    [`select 'it''s ?', ?`, `select 'it''s ?', $1`],
    ['select "a?""?b" from t where c = ?', 'select "a?""?b" from t where c = $1'],
    ['select ? -- really?\n, ?', 'select $1 -- really?\n, $2'],
    ['select ? /* or ?\n? */, ?', 'select $1 /* or ?\n? */, $2'],
    [`select '' || ? || ''`, `select '' || $1 || ''`],
  ])('%s', (sql, numbered) => {
    expect(numberedParameters(sql)).toBe(numbered);
  });

  it('is prepared when it comes again, under one name', () => {
    const texts = new StatementTexts();
    expect(texts.get('select ?')).toEqual({ text: 'select $1' });
    const again = texts.get('select ?');
    expect(again).toEqual({ text: 'select $1', name: expect.any(String) });
    texts.get('select 1');
    expect(texts.get('select 1').name).not.toBe(again.name);
    expect(texts.get('select ?').name).toBe(again.name);
  });

  it('is prepared among few, however many texts there are', () => {
    const texts = new StatementTexts();
    const names = new Set<string>();
    for (let i = 0; i < 5_000; i++) {
      for (let use = 0; use < 2; use++) {
        const { name } = texts.get(`select ${i}`);
        if (name !== undefined) names.add(name);
      }
    }
    expect(names.size).toBe(256);
    expect(texts.get('select 3').name).toBe('lt_4');
  });
});
