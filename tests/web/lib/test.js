// test.js - the list of tests, and where the client's own modules are.

export const tests = [];

// beside: begins with the first and runs beside the others, because it has to wait for long.
export function test(name, run, { beside = false } = {}) {
	tests.push({ name, run, beside });
}

export const clientModule = (name) => import(`file://${process.env.WEB_WORK}/client/${name}`);
