// Draws /openapi.json. Texts go in as text, never as markup.
const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** An element with attributes and children; strings become text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
}

function bilingual(vi, en) {
  return element('span', {}, vi ?? '', en ? element('span', { lang: 'en' }, ` / ${en}`) : '');
}

function resolved(document_, value) {
  if (!value?.$ref) return value;
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((found, key) => found?.[key.replaceAll('~1', '/')], document_);
}

function table(headings, rows) {
  if (rows.length === 0) return '';
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...headings.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))))),
  );
}

function examples(content) {
  return Object.entries(content ?? {}).flatMap(([type, { example, examples: several = {} }]) => {
    const all = [...(example === undefined ? [] : [example]), ...Object.values(several).map(({ value }) => value)];
    const title = element('p', {}, element('code', {}, type));
    return [
      title,
      ...all.map((value) =>
        element('pre', {}, typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)),
      ),
    ];
  });
}

function operationBlock(document_, path, method, operation) {
  const parameters = (operation.parameters ?? []).map((parameter) => resolved(document_, parameter));
  const body = resolved(document_, operation.requestBody);
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    resolved(document_, response),
  ]);
  const scopes = (operation.security ?? document_.security ?? []).flatMap((scheme) => Object.values(scheme).flat());
  return element(
    'details',
    {
      id: operation.operationId,
      'data-text': `${method} ${path} ${operation.summary} ${operation['x-summary-en']}`.toLowerCase(),
    },
    element(
      'summary',
      {},
      element('span', { class: 'method' }, method.toUpperCase()),
      element('code', {}, path),
      ' — ',
      bilingual(operation.summary, operation['x-summary-en']),
    ),
    element(
      'div',
      {},
      element('p', {}, operation.description ?? ''),
      element(
        'p',
        { class: 'muted' },
        scopes.length > 0 ? `Quyền / scope: ${scopes.join(', ')}` : 'Không cần mã truy cập / no token needed',
      ),
      table(
        ['Tham số / parameter', 'Ở / in', 'Ý nghĩa / meaning'],
        parameters.map(({ name, in: place, required, description }) => [
          element('code', {}, required ? `${name} *` : name),
          place,
          description ?? '',
        ]),
      ),
      ...(body ? [element('h3', {}, 'Nội dung / body'), ...examples(body.content)] : []),
      element('h3', {}, 'Trả lời / answers'),
      table(
        ['Mã / status', 'Ý nghĩa / meaning'],
        responses.map(([status, { description }]) => [status, description]),
      ),
      ...responses.flatMap(([, response]) => examples(response.content)),
    ),
  );
}

function draw(document_) {
  document.querySelector('#about').replaceChildren(document_.info.description ?? '');
  const sections = (document_.tags ?? []).map(({ name, description }) => {
    const operations = Object.entries(document_.paths).flatMap(([path, item]) =>
      methods
        .filter((method) => item[method]?.tags?.includes(name))
        .map((method) =>
          operationBlock(document_, path, method, {
            ...item[method],
            parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])],
          }),
        ),
    );
    return element('section', {}, element('h2', {}, name), element('p', {}, description ?? ''), ...operations);
  });
  document.querySelector('#operations').replaceChildren(...sections);
}

document.querySelector('#filter').addEventListener('input', ({ target }) => {
  const words = target.value.toLowerCase().split(/\s+/);
  for (const block of document.querySelectorAll('details'))
    block.hidden = !words.every((word) => block.dataset.text.includes(word));
});

const answer = await fetch('/openapi.json');
if (answer.ok) draw(await answer.json());
else document.querySelector('#operations').replaceChildren('Không tải được openapi.json / cannot load openapi.json');
