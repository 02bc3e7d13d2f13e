// page_secret.js - what is secret stays secret when connections are lost, and what is over stays
// over.

import assert from 'node:assert/strict';
import { newName, PASSWORD, Player } from './lib/player.js';
import { test } from './lib/test.js';

const SECRET = 'a dark tide 9';

async function isNowhere(page, word) {
	const found = await page.evaluate(() =>
		[
			JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
			document.body.textContent,
			...[...document.querySelectorAll('input')].map((field) => field.value),
		].join(' '),
	);
	assert.ok(!found.includes(word), 'a secret is shown or stored');
}

// Whoever goes on typing blindly: keys, wherever the focus is.
async function typeBlindly(page) {
	await page.keyboard.type(SECRET);
	await page.keyboard.press('Enter');
	await isNowhere(page, SECRET);
}

test('a password typed while the connection is lost is neither taken nor shown, kept or offered', async () => {
	const first = await Player.enter();
	const { name } = first;
	await first.leave();
	const player = await Player.open();
	const { page } = player;
	await player.waitPrompt('Name:');
	await player.type(name);
	await player.waitPrompt('Password:');
	await page.waitForSelector('#secret-form:not([hidden])');
	player.way.cut();
	await page.waitForSelector('html[data-link="waiting"]');
	assert.ok(await page.isVisible('#secret'));
	await typeBlindly(page);
	player.way.heal();
	await page.reload();
	await player.waitPrompt('Name:');
	await isNowhere(page, SECRET);
	await player.logIn(name);
	assert.equal(await page.isVisible('#offer'), false);
	await isNowhere(page, SECRET);
	await player.leave();
});

test('a question for a password is one after a resume, too, and meanwhile nothing is taken', async () => {
	const player = await Player.enter();
	const { page } = player;
	await player.type('password');
	await page.waitForSelector('#secret-form:not([hidden])');
	player.way.cut();
	await page.waitForSelector('html[data-link="waiting"]');
	await typeBlindly(page);
	player.way.heal();
	await player.waitStatus('Connected');
	assert.ok(await page.isVisible('#secret-form'));
	assert.equal(await page.isVisible('#command-form'), false);
	assert.equal(await page.evaluate(() => document.activeElement.id), 'secret');
	await page.reload();
	assert.ok(await page.isVisible('#secret-form'));
	await player.inPlay();
	assert.ok(await page.isVisible('#secret-form'));
	await player.typeSecret(PASSWORD);
	await player.waitPrompt('Choose a password:');
	await isNowhere(page, PASSWORD);
	await player.close();
});

test('after quit nothing can be clicked and nothing waits, and the next is offered nothing', async () => {
	const player = await Player.visit();
	const { page } = player;
	await page.click('#exits button[aria-label="down"]');
	await player.seeIn('#here', 'penny');
	await page.click('#here .verb');
	await player.seeIn('#carried', 'penny');
	await page.fill('#command', 'quit');
	await page.$eval('#command-form', (form) => {
		form.requestSubmit();
		document.querySelector('#carried .verb').focus();
	});
	await page.waitForSelector('html[data-link="closed"]');
	assert.equal(await page.isVisible('#panels'), false);
	assert.equal(await page.$$eval('.panels .verb, .chip', (nodes) => nodes.length), 0);
	assert.equal(await page.evaluate(() => document.activeElement.id), 'command');
	await player.type('drop penny');
	await player.waitPrompt('Name:');
	assert.equal(await page.isVisible('#offer'), false);
	await player.leave();
});

test('what somebody typed is not offered to somebody else', async () => {
	const player = await Player.enter();
	const { page } = player;
	player.way.cut();
	await page.waitForSelector('html[data-link="waiting"]');
	await player.type('think mine alone');
	await page.evaluate(() => {
		const link = JSON.parse(sessionStorage.getItem('mudlark.link'));
		sessionStorage.setItem(
			'mudlark.link',
			JSON.stringify({ ...link, token: 'f'.repeat(64), next: undefined }),
		);
	});
	player.way.heal();
	await page.reload();
	await player.seeIn('#offer-text', 'mine alone');
	await player.create(newName());
	await page.waitForSelector('#offer', { state: 'hidden' });
	assert.doesNotMatch(await page.textContent('#offer-text'), /mine/);
	await player.leave();
});

test('a short loss of the connection is not worth a word', async () => {
	const player = await Player.visit();
	const { page } = player;
	const remarks = () => page.$$eval('.remark', (nodes) => nodes.length);
	player.way.cut();
	await page.waitForSelector('html[data-link="waiting"]');
	player.way.heal();
	await page.waitForSelector('html[data-link="playing"]');
	await player.type('think once more');
	await player.see('once more');
	assert.equal(await remarks(), 0);
	await player.leave();
});

test('what was said and what was begun are there again after a reload, each word once', async () => {
	const player = await Player.visit();
	const { page } = player;
	const other = await Player.visit();
	// Whoever lives there may answer.
	const said = async () =>
		(await page.$$eval('#talk li', (nodes) => nodes.map((n) => n.textContent)))
			.filter((text) => text.startsWith(other.name));
	const bothSaid = () => page.waitForFunction((name) =>
		[...document.querySelectorAll('#talk li')]
			.filter((n) => n.textContent.startsWith(name)).length >= 2, other.name);
	for (let i = 0; i < 2; i++) await other.type('say hi');
	await bothSaid();
	const line = `${other.name} says: hi`;
	assert.deepEqual(await said(), [line, line]);
	await player.type('think kept');
	await player.see('kept');
	await page.fill('#command', 'say half a');
	await page.reload();
	await player.inPlay();
	await bothSaid();
	assert.deepEqual(await said(), [line, line]);
	assert.equal(await page.inputValue('#command'), 'say half a');
	await player.leave();
	await other.leave();
});
