// test.js - the list of tests, and where the client's own modules are.

export const tests = [];

export function test(name, run) {
	tests.push({ name, run });
}

export const clientModule = (name) => import(`file://${process.env.WEB_WORK}/client/${name}`);
