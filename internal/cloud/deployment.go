package cloud

import (
	"context"
	"fmt"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
)

// A Deployment is a Lodge in AWS, opened: by the programs that run there, and by a
// laptop that looks at it. What it may do is what the caller's role allows.
type Deployment struct {
	Config  config.Config
	Clients Clients
	Ledger  *ledger.Ledger
	Tasks   *Tasks // who holds leases; it starts none until its Launch is set
	Secrets *Secrets
	Table   Table // that the ledger lies in
}

// A Table is what the ledger lies in, which tells ledgers apart that were restored
// from each other: a [dynamo.Engine].
type Table interface {
	// ID is what this table is called and no other is.
	ID(ctx context.Context) (string, error)
	// Restored says whether what is in it came from another table.
	Restored(ctx context.Context) (bool, error)
	// Recovered notes that the ledger knows all that was ever sent.
	Recovered(ctx context.Context) error
}

// Open opens the Lodge that c describes, whose AWS is set. It asks the ledger for
// its name, and nothing else. Close gives it back.
func Open(ctx context.Context, c config.Config, clk clock.Clock) (*Deployment, error) {
	if c.AWS == nil {
		return nil, fmt.Errorf("%s says nothing of AWS: the operator adds the section \"aws\"", c.Path)
	}
	clients, err := Connect(ctx, *c.AWS)
	if err != nil {
		return nil, err
	}
	engine, err := dynamo.Open(ctx, clients.DynamoDB(), c.AWS.Name())
	if err != nil {
		return nil, err
	}
	tasks := NewTasks(clients.ECS(), c.AWS.Name())
	return &Deployment{
		Config: c, Clients: clients, Tasks: tasks, Table: engine,
		Ledger:  ledger.New(engine, clk, tasks, submission.Limits{}),
		Secrets: secretsOf(clients, c, clk),
	}, nil
}

// OpenSecrets is the store of secrets of the Lodge that c describes, alone. It asks
// AWS nothing.
func OpenSecrets(ctx context.Context, c config.Config, clk clock.Clock) (*Secrets, error) {
	clients, err := Connect(ctx, *c.AWS)
	if err != nil {
		return nil, err
	}
	return secretsOf(clients, c, clk), nil
}

func secretsOf(clients Clients, c config.Config, clk clock.Clock) *Secrets {
	return NewSecrets(clients.Secrets(), c.AWS.SecretName, append(c.Names(), config.OutboxAccount), clk)
}

// OpenObjects is a part of the bucket of the Lodge that c describes, alone, as
// [Deployment.Objects]. It asks AWS nothing.
func OpenObjects(ctx context.Context, c config.Config, prefix string) (objects.Store, error) {
	clients, err := Connect(ctx, *c.AWS)
	if err != nil {
		return nil, err
	}
	return NewBucket(clients.S3(), c.AWS.Bucket, prefix)
}

// Close gives the ledger back.
func (d *Deployment) Close() error { return d.Ledger.Close() }

// Objects is a part of the bucket: below a prefix such as [config.EvidenceKeys], or
// all of it, where the staged copies are found by the names that the ledger has.
func (d *Deployment) Objects(prefix string) (objects.Store, error) {
	return NewBucket(d.Clients.S3(), d.Config.AWS.Bucket, prefix)
}

// Inbox is where files arrive. Of the carriers those of the accounts are used;
// build is the version of this program.
func (d *Deployment) Inbox(ctx context.Context, known []carriers.Carrier, build string) (*Inbox, error) {
	all, err := d.Objects("")
	if err != nil {
		return nil, err
	}
	taker := intake.Taker{Accounts: map[string]carriers.Carrier{}, Staged: staged.Copies{Store: all}, Ledger: d.Ledger}
	for _, account := range d.Config.Accounts {
		carrier, ok := carriers.Named(known, account.Carrier)
		if !ok {
			return nil, fmt.Errorf("account %s: this program has no carrier %q: the operator deploys one that has", account.Name, account.Carrier)
		}
		taker.Accounts[account.Name] = account.Of(carrier)
	}
	if err := taker.Check(); err != nil {
		return nil, err
	}
	table, err := d.Table.ID(ctx)
	if err != nil {
		return nil, err
	}
	return &Inbox{
		S3: d.Clients.S3(), Bucket: d.Config.AWS.Bucket, Taker: taker, Strays: d.Ledger, Watermark: d.Config.Watermark,
		Build: build, Table: table,
	}, nil
}
