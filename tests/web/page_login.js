// page_login.js - the page as it is served, and the way into the game.

import assert from 'node:assert/strict';
import { theServer } from './lib/place.js';
import { newName, PASSWORD, Player } from './lib/player.js';
import { test } from './lib/test.js';

test('the page comes with a policy that forbids inline scripts and other hosts', async () => {
	const { port } = await theServer();
	const answer = await fetch(`http://127.0.0.1:${port}/`);
	const policy = answer.headers.get('content-security-policy');
	const html = await answer.text();
	assert.match(policy, /default-src 'none'/);
	assert.match(policy, /script-src 'self'/);
	assert.doesNotMatch(policy, /unsafe/);
	assert.doesNotMatch(html, / on[a-z]+=| style=|<script>|<style|https?:\/\//);
});

test('somebody new chooses a password in a password field and is in play', async () => {
	const player = await Player.open();
	const { page } = player;
	await player.waitPrompt('Name:');
	await player.shot('login');
	const name = newName();
	await player.type(name);
	await player.waitPrompt('(y/n)');
	await player.type('y');
	await player.waitPrompt('Choose a password:');
	await page.waitForSelector('#secret-form:not([hidden])');
	assert.equal(await page.getAttribute('#secret', 'type'), 'password');
	assert.equal(await page.getAttribute('#secret', 'autocomplete'), 'new-password');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'secret');
	await page.fill('#secret', PASSWORD);
	await player.shot('password');
	await page.press('#secret', 'Enter');
	await player.waitPrompt('Repeat the password:');
	await player.typeSecret(PASSWORD);
	await player.inPlay();
	await player.see('Exits:');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'command');
	assert.equal(await page.isVisible('#secret-form'), false);
	const kept = await page.evaluate(() =>
		JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
	);
	assert.ok(!kept.includes(PASSWORD), 'a password is stored');
	assert.ok(!(await page.innerText('body')).includes(PASSWORD), 'a password is shown');
	await player.leave();
});

test('somebody known gives the password once, and who leaves is told so', async () => {
	const first = await Player.enter();
	const name = first.name;
	await first.type('quit');
	await first.waitStatus('You have left the game.');
	await first.page.click('#retry');
	await first.logIn(name);
	await first.type('look');
	await first.see('Exits:');
	await first.leave();
});
