// Runs cdk-nag's AwsSolutions rules over a finished template and prints what they found, as JSON: a list of {rule, resource}.
// node nag.js TEMPLATE FOLDER, the folder being an empty one to work in. A template of the Go program has no constructs, which
// are what cdk-nag looks at, so they are made from it here.
'use strict';
const fs = require('fs');
const path = require('path');
const { App, Stack, Validations } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks } = require('cdk-nag');

const [template, folder] = process.argv.slice(2);
const t = JSON.parse(fs.readFileSync(template, 'utf8'));
delete t.Rules; // of the bootstrap's version, which the stack below adds again
delete t.Parameters.BootstrapVersion;
const file = path.join(folder, 'template.json');
fs.writeFileSync(file, JSON.stringify(t));

const out = path.join(folder, 'out');
const app = new App({ outdir: out });
new CfnInclude(new Stack(app, 'S'), 'T', { templateFile: file });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app, {}));
try {
	app.synth();
} catch (e) {
	if (!fs.existsSync(path.join(out, 'validation-report.json'))) throw e;
}
process.on('exit', () => { process.exitCode = 0; }); // findings are for the caller to judge
fs.writeSync(1, fs.readFileSync(path.join(out, 'validation-report.json')));
