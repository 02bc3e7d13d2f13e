// page_text.js - the text of the game on the page: what strangers say stays text, links, scrolling,
// bounds.

import assert from 'node:assert/strict';
import { clientModule, test } from './lib/test.js';
import { Player } from './lib/player.js';

const NASTY = [
	'<img src=x onerror="window.hit=1"> & <b>bold</b>',
	'<script>window.hit=1</script>',
	'{red}not red{/}',
	'&lt;i&gt; %s $(id)',
];

test('what a stranger says is shown as text, whatever it looks like', async () => {
	const ana = await Player.visit();
	const bad = await Player.visit();
	for (const line of NASTY) {
		await bad.type(`say ${line}`);
		await ana.see(line);
		await ana.seeIn('#talk', line);
	}
	await bad.type('say one\x1b[31mtwo\x1b]0;title\x07three\u202efour');
	await ana.see('one');
	const found = await ana.page.evaluate(() => ({
		hit: window.hit,
		elements: document.querySelectorAll(
			'#lines img, #lines script, #lines b, #talk img, #talk script',
		).length,
		red: [...document.querySelectorAll('#lines .f1')].length,
		title: document.title,
		odd: /[\x00-\x08\x1b\u202e]/.test(document.body.textContent),
	}));
	assert.deepEqual(found, {
		hit: undefined,
		elements: 0,
		red: 0,
		title: `${ana.name} · Mudlark`,
		odd: false,
	});
	await ana.leave();
	await bad.leave();
});

test('an address in the text is a link that tells nobody where it came from', async () => {
	const player = await Player.visit();
	await player.type('think see https://example.org/tide?x=1. javascript:alert(1)');
	await player.page.waitForSelector('#lines .turn a');
	const links = await player.page.$$eval('#lines a', (nodes) =>
		nodes.map((a) => [a.getAttribute('href'), a.rel, a.target, a.referrerPolicy]),
	);
	assert.deepEqual(links, [
		['https://example.org/tide?x=1', 'noopener noreferrer', '_blank', 'no-referrer'],
	]);
	await player.leave();
});

test('who reads further up is left alone and told of new lines', async () => {
	const player = await Player.visit();
	const { page } = player;
	const atEnd = () =>
		page.$eval('#scroller', (s) => s.scrollHeight - s.scrollTop - s.clientHeight < 2);
	for (let i = 0; i < 8; i++) await player.type('look');
	await page.waitForFunction(() => document.querySelectorAll('#lines .title').length >= 9);
	assert.ok(await atEnd());
	await page.press('#command', 'PageUp');
	await page.waitForFunction(() => {
		const s = document.getElementById('scroller');
		return s.scrollHeight - s.scrollTop - s.clientHeight > 100;
	});
	await player.seeIn('#newer:not([hidden])', 'To the end');
	const other = await Player.visit();
	await other.type('say hello up there');
	await player.see('hello up there');
	await page.waitForSelector('#newer:not([hidden])');
	assert.match(await page.innerText('#newer'), /new line/);
	assert.ok(!(await atEnd()));
	await page.click('#newer');
	await page.waitForSelector('#newer', { state: 'hidden' });
	assert.ok(await atEnd());
	await player.leave();
	await other.leave();
});

test('the text has a bound: the oldest lines go', async () => {
	const player = await Player.open();
	const n = await player.page.evaluate(async () => {
		const { Log } = await import('/log.js');
		const make = (tag) => document.body.appendChild(document.createElement(tag));
		const log = new Log({
			scroller: make('div'),
			list: make('div'),
			newer: make('button'),
			onLines: () => {},
		});
		for (let i = 0; i < 60; i++) log.text('a line of text\r\n'.repeat(200));
		return log.list.querySelectorAll('.line').length;
	});
	assert.ok(n > 4000 && n <= 5250, `${n} lines`);
	await player.leave();
});

test('text that the server has not confirmed goes when a session is resumed, what was typed stays', async () => {
	const player = await Player.open();
	const texts = await player.page.evaluate(async () => {
		const { Log } = await import('/log.js');
		const make = (tag) => document.body.appendChild(document.createElement(tag));
		const log = new Log({
			scroller: make('div'),
			list: make('div'),
			newer: make('button'),
			onLines: () => {},
		});
		log.text('certain\r\n> ');
		log.settle();
		log.text('provisional\r\n> ');
		log.echo('> ', 'typed');
		log.text('provisional, too\r\n> ');
		log.dropProvisional();
		log.text('provisional\r\n> ');
		log.settle();
		log.dropProvisional();
		const other = new Log({
			scroller: make('div'),
			list: make('div'),
			newer: make('button'),
			onLines: () => {},
		});
		log.text('not stored\r\n> ');
		const prompt = other.restore(JSON.parse(JSON.stringify(log.saved())));
		return [other.list.innerText.replace(/\n+/g, '|'), prompt[0].text];
	});
	assert.deepEqual(texts, ['certain|> typed|provisional', '> ']);
	await player.leave();
});

test('the colours of the server keep a contrast of 4.5 in every theme', async () => {
	const { paletteColour } = await clientModule('ansi.js');
	const player = await Player.open();
	const { page } = player;
	const colours = [
		...Array(16).keys(),
		...[17, 52, 22, 226, 232, 255, 21, 196].map(paletteColour),
	];
	for (const theme of ['dark', 'light'])
		for (const contrast of ['normal', 'high']) {
			const worst = await page.evaluate(worstContrast, {
				theme,
				contrast,
				colours,
			});
			const least = contrast === 'high' ? 7 : 4.5;
			assert.ok(
				worst.ratio >= least,
				`${theme}, ${contrast}: ${worst.ratio.toFixed(2)} of ${worst.colour}`,
			);
		}
	await player.leave();
});

// In the page: the worst of the colours as the style sheets show them on the page's ground.
async function worstContrast({ theme, contrast, colours }) {
	const { lineNode } = await import('/lines.js');
	Object.assign(document.documentElement.dataset, { theme, contrast });
	const canvas = document
		.createElement('canvas')
		.getContext('2d', { willReadFrequently: true });
	const light = (colour) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => {
			const c = v / 255;
			return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const list = document.getElementById('lines');
	const ground = light(getComputedStyle(document.body).backgroundColor);
	let worst = { ratio: 99 };
	for (const colour of colours) {
		const node = lineNode([{ text: 'x', style: { fg: colour } }]);
		list.append(node);
		const own = light(getComputedStyle(node.firstChild).color);
		const ratio = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
		if (ratio < worst.ratio) worst = { ratio, colour: String(colour) };
		node.remove();
	}
	return worst;
}
