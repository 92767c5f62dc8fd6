// Reads the Dockerfile: prints what is wrong with it and fails, or prints what a machine without an engine for images can try of
// it: a line "build COMMAND" and a line "packages NAME...".
'use strict';
const fs = require('fs');
const { DockerfileParser } = require('dockerfile-ast');
const { validate } = require('dockerfile-utils');

const file = process.argv[2];
const text = fs.readFileSync(file, 'utf8');
const dockerfile = DockerfileParser.parse(text);
const wrong = validate(text).map((d) => `line ${d.range.start.line + 1}: ${d.message}`);
const rule = (holds, says) => holds || wrong.push(says);

const all = dockerfile.getInstructions().map((i) => ({ word: i.getKeyword(), line: i.getRange().start.line + 1, args: (i.getArgumentsContent() || '').replace(/\\\n\s*/g, '').trim() }));
const froms = all.filter((i) => i.word === 'FROM');
const last = all.filter((i) => i.line > froms[froms.length - 1].line);
const one = (word) => {
	const found = last.filter((i) => i.word === word);
	rule(found.length === 1, `the last stage has ${found.length} ${word}, not one`);
	return found.length ? found[0].args : '';
};

// Images: named by arguments, which a release pins by digest; their defaults have a tag that says which.
const defaults = Object.fromEntries(all.filter((i) => i.word === 'ARG' && i.line < froms[0].line).map((i) => i.args.split('=')));
for (const f of froms) {
	const name = (f.args.match(/\$\{(\w+)\}/) || [])[1];
	rule(name in defaults, `line ${f.line}: FROM takes its image from an argument, so that it can be pinned`);
	rule(/^docker\.io\/library\/[a-z]+:.*bookworm/.test(defaults[name] || ''), `${name} is ${defaults[name]}: its default says the registry, and the Debian that was tested`);
}
for (const i of all) {
	rule(i.word !== 'ADD', `line ${i.line}: COPY says what it does, ADD unpacks and downloads`);
	rule(!/curl|wget|\|\s*(ba)?sh\b/.test(i.args), `line ${i.line}: nothing is fetched that no checksum or signature protects`);
	rule(!(i.word === 'ARG' || i.word === 'ENV') || !/secret|password|token|key/i.test(i.args), `line ${i.line}: a secret in an image is everybody's`);
}
rule(/^[1-9]\d*:[1-9]\d*$/.test(one('USER')), 'the last stage runs as a number that is not root: ECS checks numbers');
const start = one('ENTRYPOINT');
rule(start.startsWith('["/usr/bin/tini", "-s", "--", "/'), `ENTRYPOINT ${start} starts no shell, and tini first`);
rule(one('VOLUME').startsWith('["/'), 'VOLUME is a list of folders');
rule(all.findIndex((i) => i.word === 'USER') > all.findLastIndex((i) => i.word === 'RUN'), 'nothing runs after USER');

const build = all.find((i) => i.word === 'RUN' && i.args.includes('go build'));
const install = all.find((i) => i.word === 'RUN' && i.args.includes('apt-get install'));
rule(build && build.args.includes('CGO_ENABLED=0') && build.args.includes('GOARCH=${TARGETARCH}'), 'the worker is built for the processor of the image');
rule(install && install.args.includes('--no-install-recommends') && install.args.includes('rm -rf /var/lib/apt/lists/*'), 'packages come without what they recommend, and without lists');

if (wrong.length) {
	console.error(wrong.map((w) => `${file}: ${w}`).join('\n'));
	process.exit(1);
}
console.log('build', build.args);
console.log('packages', install.args.match(/--no-install-recommends (.*?) *&&/)[1]);
