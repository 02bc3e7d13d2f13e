// page_lost.js - connections that are lost in every way: nothing is missing, in order, nothing
// twice.

import assert from 'node:assert/strict';
import { pidOf, secondGateway, theServer } from './lib/place.js';
import { Player, upTo } from './lib/player.js';
import { test } from './lib/test.js';

const AWAY_MS = 10000;
const EVERY_MS = 500;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// One speaks while the other is away; both type lines with numbers.
async function talkOver(speaker, typist, ms) {
	let n = 0;
	for (const end = Date.now() + ms; Date.now() < end; await pause(EVERY_MS)) {
		n++;
		await speaker.type(`say tide ${n}`);
		await typist.type(`say boat ${n}`);
	}
	return n;
}

const TIDE = /says, "tide (\d+)"/;
const BOAT = /says, "boat (\d+)"/;
const OWN = /^You say, "boat (\d+)"/;

async function hasAll(player, pattern, n) {
	await player.page.waitForFunction(
		([source, last]) =>
			[...document.querySelectorAll('#lines .line')].some(
				(l) => new RegExp(source).exec(l.textContent)?.[1] === last,
			),
		[pattern.source, String(n)],
	);
	assert.deepEqual(await player.numbersAfter(pattern), upTo(n));
}

test(
	'the network is gone for 10 s: nothing is missing, in order, nothing twice',
	async () => {
		const ana = await Player.visit();
		const wren = await Player.visit();
		ana.way.freeze();
		await ana.context.setOffline(true);
		const talk = talkOver(wren, ana, AWAY_MS);
		await ana.waitStatus('Connection lost');
		await ana.page.waitForFunction(
			() => document.querySelectorAll('.echo.waiting').length > 2,
		);
		await ana.shot('offline');
		const n = await talk;
		ana.way.heal();
		await ana.context.setOffline(false);
		await ana.waitStatus('Connected');
		await hasAll(ana, TIDE, n);
		await hasAll(ana, OWN, n);
		await hasAll(wren, BOAT, n);
		await ana.see('Above is what you missed.');
		assert.equal(await ana.page.isVisible('.remark[data-tone="good"] ~ .remark'), false);
		assert.equal(await ana.page.$$eval('.echo.waiting', (nodes) => nodes.length), 0);
		assert.equal(await ana.page.isVisible('#waiting'), false);
		await ana.shot('back');
		await ana.leave();
		await wren.leave();
	},
	{ beside: true },
);

test('a connection that breaks again and again loses and doubles nothing', async () => {
	const ana = await Player.visit();
	const wren = await Player.visit();
	const talk = talkOver(wren, ana, 4000);
	for (let i = 0; i < 4; i++) {
		await pause(500);
		ana.way.cut();
		await pause(300);
		ana.way.heal();
	}
	const n = await talk;
	await ana.waitStatus('Connected');
	await hasAll(ana, TIDE, n);
	await hasAll(ana, OWN, n);
	await hasAll(wren, BOAT, n);
	await ana.leave();
	await wren.leave();
});

test('a page that is loaded again goes on where it was, with the text and the lines that waited', async () => {
	const ana = await Player.visit();
	const wren = await Player.visit();
	await ana.type('say boat 1');
	await hasAll(ana, OWN, 1);
	ana.way.cut();
	await ana.waitStatus('Connection lost');
	await ana.type('say boat 2');
	await wren.type('say tide 1');
	await hasAll(wren, /^You say, "tide (\d+)"/, 1);
	ana.way.heal();
	await ana.page.reload();
	await ana.inPlay();
	await hasAll(ana, TIDE, 1);
	await hasAll(ana, OWN, 2);
	await hasAll(wren, BOAT, 2);
	await ana.leave();
	await wren.leave();
});

test('a gateway that stops says so with 1012, and the page goes on at another', async () => {
	const server = await theServer();
	const ana = await Player.visit();
	const other = await secondGateway(server);
	await ana.type('think before');
	await ana.see('before');
	ana.way.target = other.port;
	process.kill(pidOf('gateway', server), 'SIGTERM');
	await ana.waitStatus('The gate closed');
	await ana.type('think after');
	await ana.waitStatus('Connected');
	await ana.see('Back after');
	await ana.page.waitForFunction(() =>
		[...document.querySelectorAll('#lines .line')].some((l) =>
			l.textContent.includes('after'),
		),
	);
	await ana.leave();
});

test('when the place is gone the login is there again, and what was typed is offered, not sent', async () => {
	const ana = await Player.enter();
	const { page, name } = ana;
	ana.way.cut();
	await ana.waitStatus('Connection lost');
	await ana.type('think not lost');
	await page.evaluate(() => {
		const link = JSON.parse(sessionStorage.getItem('mudlark.link'));
		sessionStorage.setItem(
			'mudlark.link',
			JSON.stringify({ ...link, token: 'f'.repeat(64), next: undefined }),
		);
	});
	ana.way.heal();
	await page.reload();
	await ana.waitPrompt('Name:');
	await ana.seeIn('#offer-text', 'think not lost');
	assert.ok(await page.isDisabled('#offer-send'));
	await ana.shot('refused');
	await ana.logIn(name);
	await page.click('#offer-send');
	await page.waitForFunction(() =>
		[...document.querySelectorAll('#lines .line')].some((l) =>
			l.textContent.includes('not lost'),
		),
	);
	await page.waitForSelector('#offer', { state: 'hidden' });
	await ana.leave();
});
