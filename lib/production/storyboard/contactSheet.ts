import { createWriteStream, existsSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { PublishedFile } from '../../../types/cdn.ts';
import type { ShotView, Storyboard } from '../../../types/storyboard.ts';
import type { SavedFile } from '../../../types/tool.ts';
import { isFetchable } from '../../cdn/fetchPublished.ts';
import type { ProductionServices } from '../services.ts';
import { folderOf, keep } from './keep.ts';
import type { Totals } from './totals.ts';
import { shotViews } from './views.ts';

/** Writes a page to look at every shot: it needs no server and no script. @returns its path */
export async function writeContactSheet(
  board: Storyboard,
  totals: Totals,
  services: ProductionServices,
): Promise<string> {
  const { workspace } = services;
  const name = `${folderOf(board.id)}/contact-sheet.html`;
  const folder = path.dirname(path.join(workspace.root, name));
  const addresses = addressesFrom(folder, workspace.root);
  const write = (location: string) =>
    pipeline(Readable.from(pageText(board, totals, services, addresses)), createWriteStream(location));
  return (await keep(name, write, workspace, { overwrite: true })).path;
}

interface Addresses {
  player(file: SavedFile, published: PublishedFile | undefined, label: string): string;
}

async function* pageText(
  { id, title, server, film }: Storyboard,
  { shots, states, seconds, usd }: Totals,
  services: ProductionServices,
  { player }: Addresses,
): AsyncGenerator<string> {
  const counts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  const cost = usd === undefined ? [] : [`$${usd.toFixed(2)}`];
  const facts = [`${shots} shots: ${counts.join(', ')}`, `${seconds} seconds`, ...cost, server];
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(facts.join(' · '))}</p>
`;
  if (film !== undefined) yield `<div class="film">${player(film.file, film.published, 'The film')}</div>\n`;
  yield '<main>\n';
  for await (const shot of shotViews(id, services)) yield cardOf(shot, player);
  yield '</main>\n</body>\n</html>\n';
}

function cardOf({ id, state, request, made, cost, error }: ShotView, player: Addresses['player']): string {
  const { source, prompt, seconds, size, model } = request;
  const lineage = source && `${source.link.replace('_', ' ')} ${source.shot}`;
  const price = cost?.usd === undefined ? undefined : `$${cost.usd.toFixed(2)}`;
  const length = seconds === undefined ? undefined : `${seconds} s`;
  const facts = [length, size, model, lineage, price].filter((fact) => fact !== undefined);
  const address = made?.published?.url;
  const link = address !== undefined && /^https?:/.test(address) ? `<a href="${escaped(address)}">published</a>` : '';
  return `<article id="${escaped(id)}">
${made?.file === undefined ? '<div class="none"></div>' : player(made.file, made.published, id)}
<h2>${escaped(id)} <span class="${state}">${state}</span></h2>
<p>${escaped(prompt)}</p>
<p class="facts">${escaped(facts.join(' · '))} ${link}</p>
${error === undefined ? '' : `<p class="failed">${escaped(error.message)}</p>\n`}</article>
`;
}

/** Files beside the page are named from it, so that the folder can be moved; what lies on another machine is seen where it is published. */
function addressesFrom(folder: string, root: string): Addresses {
  const relative = (absolute: string) =>
    path.relative(folder, absolute).split(path.sep).map(encodeURIComponent).join('/');
  const posterAt = (url: string) => (url.startsWith('file:') ? relative(fileURLToPath(url)) : url);
  return {
    player(file, published, label) {
      const { poster_url } = published ?? {};
      const poster = poster_url === undefined ? '' : ` poster="${escaped(posterAt(poster_url))}"`;
      const location = path.join(root, file.path);
      const isElsewhere = published !== undefined && isFetchable(published) && !existsSync(location);
      const address = isElsewhere ? published.url : relative(location);
      return `<video controls preload="none" aria-label="${escaped(label)}"${poster} src="${escaped(address)}"></video>`;
    },
  };
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); }
article { content-visibility: auto; contain-intrinsic-size: 18rem 20rem; overflow-wrap: anywhere; }
video, .none { width: 100%; max-height: 20rem; background: #8883; border-radius: .4rem; }
.none { aspect-ratio: 16 / 9; }
.film { margin-bottom: 2rem; }
.film video { width: auto; min-width: min(100%, 20rem); max-width: 100%; max-height: 34rem; }
h2 { font-size: 1rem; margin: .4rem 0; }
span { font-weight: normal; opacity: .7; }
p { margin: .3rem 0; white-space: pre-line; }
.facts { font-size: .85rem; opacity: .7; }
.failed, .unknown, .gone { color: #c33; opacity: 1; }
`;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
