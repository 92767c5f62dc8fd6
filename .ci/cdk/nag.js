// Runs cdk-nag's AwsSolutions rules over finished templates, and prints what they found as JSON: by template, cdk-nag's own
// report. It is called with an empty folder to work in and the templates. A template of the Go program has no constructs, which
// are what cdk-nag looks at, so they are made from it here.
'use strict';
const fs = require('fs');
const path = require('path');
const { App, Stack, Validations } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks } = require('cdk-nag');

const [folder, ...templates] = process.argv.slice(2);
const reports = {};
templates.forEach((template, i) => {
	const t = JSON.parse(fs.readFileSync(template, 'utf8'));
	delete t.Rules; // of the bootstrap's version, which the stack below adds again
	delete t.Parameters.BootstrapVersion;
	const file = path.join(folder, `${i}.json`);
	fs.writeFileSync(file, JSON.stringify(t));

	const app = new App({ outdir: path.join(folder, `${i}`) });
	new CfnInclude(new Stack(app, 'S'), 'T', { templateFile: file });
	Validations.of(app).addPlugins(new AwsSolutionsChecks(app, {}));
	const report = path.join(folder, `${i}`, 'validation-report.json');
	try {
		app.synth();
	} catch (e) {
		if (!fs.existsSync(report)) throw e; // else it only says that there are findings
	}
	reports[template] = JSON.parse(fs.readFileSync(report, 'utf8'));
});
fs.writeFileSync(1, JSON.stringify(reports));
process.exit(0); // findings, for which synth() sets another code, are for the caller to judge
