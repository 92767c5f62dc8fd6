package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"example.com/lodge/internal/config"
)

// accounts makes a secret without a value for each account of lodge.yaml, and for
// webhooks where it has any. People set the values: nothing that is
// deployed holds one.
func (d *deployment) accounts() {
	d.secrets = map[string]awssecretsmanager.CfnSecret{}
	for _, a := range d.Accounts {
		d.secret(a.Name, d.login(a))
	}
	if d.signs() {
		var destinations []string
		for _, o := range d.Outbox {
			if o.Webhook != "" {
				destinations = append(destinations, o.Name)
			}
		}
		d.secret(config.OutboxAccount, "The keys that Lodge signs webhooks with. Keys: "+strings.Join(destinations, ", "))
	}
}

// login describes the secret of an account by what its carrier needs.
func (d *deployment) login(a config.Account) string {
	c := d.carrier(a)
	var keys []string
	for _, s := range c.Secrets {
		key := s.Key
		if s.Optional {
			key += " (optional)"
		}
		keys = append(keys, key)
	}
	return fmt.Sprintf("The login of account %s at %s. Keys: %s", a.Name, c.Title, strings.Join(keys, ", "))
}

func (d *deployment) secret(account, describes string) {
	name := d.AWS.SecretName(account)
	s := awssecretsmanager.NewCfnSecret(d.stack, text("Secret-%s", account), &awssecretsmanager.CfnSecretProps{
		Name: &name, Description: &describes,
	})
	d.keep(s, false)
	d.secrets[account] = s
}

// secretsPerPolicy keeps a policy below the 6,144 characters that IAM allows one.
const secretsPerPolicy = 40

// readLogins lets the worker read the secrets of its accounts: those by name, and no
// other. Managed policies, since a role's own may have 10,240 characters in all.
func (d *deployment) readLogins(role awsiam.CfnRole) {
	var arns []string
	for _, account := range slices.Sorted(maps.Keys(d.secrets)) {
		if account != config.OutboxAccount {
			arns = append(arns, *d.secrets[account].Ref())
		}
	}
	n := 0
	for part := range slices.Chunk(arns, secretsPerPolicy) {
		n++
		awsiam.NewCfnManagedPolicy(d.stack, text("WorkerLogins%d", n), &awsiam.CfnManagedPolicyProps{
			Description: text("Lodge's worker reads the logins of its accounts, part %d", n), Roles: &[]any{role.Ref()},
			PolicyDocument: policy(allow("Logins", []string{"secretsmanager:GetSecretValue"}, part...)),
		})
	}
}
