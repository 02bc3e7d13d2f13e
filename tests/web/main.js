// main.js - runs the tests of the web client one after the other and counts them.  A test is
// `test('a sentence', async (t) => ...)` in one of the files below; one that takes over 40 s has
// failed.

import { stopAll } from './lib/place.js';
import { describeOpen } from './lib/player.js';
import { tests } from './lib/test.js';

await import('./unit_ansi.js');
await import('./unit_link.js');
await import('./unit_model.js');
await import('./page_login.js');
await import('./page_play.js');
await import('./page_text.js');
await import('./page_lost.js');
await import('./page_secret.js');
await import('./page_access.js');

const LIMIT_MS = 40000;
const only = process.env.WEB_ONLY ?? '';
let passed = 0;
let failed = 0;

function withLimit(promise) {
	let timer;
	const limit = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`over ${LIMIT_MS / 1000} s`)), LIMIT_MS);
	});
	return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

async function judge(one) {
	const start = Date.now();
	try {
		await withLimit(one.run());
		passed++;
		console.log(`ok      ${one.name} (${Date.now() - start} ms)`);
	} catch (error) {
		failed++;
		const story = `${error?.stack ?? error}\n${await describeOpen()}`;
		console.log(`FAILED  ${one.name}\n${story.replace(/^/gm, '        ')}`);
	}
}

const chosen = tests.filter((one) => one.name.includes(only));
const beside = chosen.filter((one) => one.beside).map(judge);
for (const one of chosen.filter((each) => !each.beside)) await judge(one);
await Promise.all(beside);
await stopAll();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
