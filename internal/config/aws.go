package config

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// An AWS says where a Lodge that is deployed to AWS lives. What it is made of is
// called by its stage: the names are made here, for the deployment and for the
// programs, and written nowhere else.
type AWS struct {
	Region string   // such as us-east-1
	Bucket string   // the one bucket: what arrives, copies, evidence, status
	Tasks  int      // tasks at the same time, at most; after Read at least 1
	Sweep  []string // when the trigger looks by itself: schedule expressions of EventBridge Scheduler; after Read at least one

	stage string
}

// The first parts of the keys in the bucket.
const (
	InboxKeys    = "inbox/"    // inbox/ACCOUNT/FILE: what arrives
	TakenKeys    = "taken/"    // a mark for each version of an object that was taken in
	StagedKeys   = "staged/"   // the copies that are filed
	EvidenceKeys = "evidence/" // as in [Config.Evidence]
	StatusKeys   = "status/"   // as in [Config.Status]
)

// StatusTest is the file that lodge outbox test writes among the status files, and takes
// away: no submission's is called so.
const StatusTest = "lodge-test.json"

// The variables by which the deployment and its programs tell each other what
// lodge.yaml does not say.
const (
	EnvYAML           = "LODGE_YAML"            // the text of lodge.yaml, where there is no file
	EnvSlot           = "LODGE_SLOT"            // of a task: the number of its slot
	EnvFence          = "LODGE_FENCE"           // of a task: the fence of its slot
	EnvAccounts       = "LODGE_ACCOUNTS"        // of a task: its accounts, separated by commas
	EnvNoInit         = "LODGE_NO_INIT"         // of a task: "true" where no init process is wanted; see the worker
	EnvTaskDefinition = "LODGE_TASK_DEFINITION" // of the trigger: the ARN of what it starts
	EnvSubnets        = "LODGE_SUBNETS"         // of the trigger: where tasks run, separated by commas
	EnvSecurityGroups = "LODGE_SECURITY_GROUPS" // of the trigger: what tasks may talk to, separated by commas
	EnvPublicIP       = "LODGE_PUBLIC_IP"       // of the trigger: "true" where tasks reach the carriers by an address of their own
)

// The defaults and bounds of aws.
const (
	DefaultTasks = 4
	DefaultSweep = "rate(5 minutes)"
	maxTasks     = 64
	maxSweeps    = 10
)

// Name is what the table, the cluster, the queue, the function, the tasks, the
// image repository and the topic are called: each service has names of its own.
func (a AWS) Name() string { return "lodge-" + a.stage }

// DeadQueue is the name of the queue of what could not be taken in.
func (a AWS) DeadQueue() string { return a.Name() + "-dead" }

// SecretName is the name of an account's secret in Secrets Manager, also of
// [OutboxAccount]'s. Its value is a JSON object: a text for each key.
func (a AWS) SecretName(account string) string { return "lodge/" + a.stage + "/" + account }

// LogGroup is the name of the log group of one of the programs.
func (a AWS) LogGroup(program string) string { return "/lodge/" + a.stage + "/" + program }

// bucketRE is what a bucket may be called (S3 User Guide, "General purpose bucket
// naming rules"), without dots, which break the certificates of its address.
var bucketRE = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// deployedRE is what a stage may be called that names things in AWS: an image
// repository takes no two hyphens in a row and none at an end (ECR API Reference,
// CreateRepository).
var deployedRE = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

var regionRE = regexp.MustCompile(`^[a-z]{2,3}(-[a-z]+)+-[0-9]$`)

// sweepRE is the shape of a schedule expression; what it means is the
// Scheduler's to judge.
var sweepRE = regexp.MustCompile(`^(rate|cron)\([A-Za-z0-9 ,*?/#-]+\)$`)

// aws reads the section aws.
func (r *reader) aws(n ast.Node) {
	a := &AWS{}
	r.config.AWS, r.deployed = a, n
	r.mapping("aws", fields{
		"region": r.text("aws.region", &a.Region),
		"bucket": r.text("aws.bucket", &a.Bucket),
		"tasks":  r.number("aws.tasks", 1, maxTasks, &a.Tasks),
		"sweep":  r.sweep,
	})(n)
}

func (r *reader) sweep(n ast.Node) {
	list, ok := n.(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 || len(list.Values) > maxSweeps {
		r.wrong(n, "aws.sweep is a list of 1 to %d schedules such as %q", maxSweeps, DefaultSweep)
		return
	}
	for _, value := range list.Values {
		var s string
		r.text("aws.sweep", &s)(value)
		if s != "" && !sweepRE.MatchString(s) {
			r.wrong(value, "aws.sweep holds schedules such as %q or \"cron(0 6 1,15 * ? *)\" (EventBridge Scheduler)", DefaultSweep)
		}
		r.config.AWS.Sweep = append(r.config.AWS.Sweep, s)
	}
}

// settleAWS checks what only the whole can tell.
func (r *reader) settleAWS() {
	a := r.config.AWS
	if a == nil {
		return
	}
	a.stage = r.config.Stage
	if a.stage == "" {
		r.wrong(r.deployed, "aws needs a \"stage\", after which everything in AWS is called")
	} else if !deployedRE.MatchString(a.stage) {
		r.wrong(r.deployed, "stage %q cannot name what is in AWS: a-z, 0-9, and single hyphens between them", a.stage)
	}
	if !regionRE.MatchString(a.Region) {
		r.wrong(r.deployed, "aws.region is a region such as us-east-1")
	}
	if !bucketRE.MatchString(a.Bucket) || strings.HasPrefix(a.Bucket, "xn--") {
		r.wrong(r.deployed, "aws.bucket is a bucket's name: 3 to 63 of a-z, 0-9 and -, nobody else's in the world")
	}
	for _, key := range []struct {
		name string
		at   ast.Node
		now  string
	}{
		{"inbox", r.inbox, "files arrive below " + InboxKeys + " in the bucket"},
		{"secrets", r.secrets, "they are in Secrets Manager"},
		{"notify", r.notify, "alarms tell who acts; see \"Be told\" in docs/running-on-aws.md"},
	} {
		if key.at != nil {
			r.wrong(key.at, "%s has no place beside aws: %s; leave it out", key.name, key.now)
		}
	}
	if a.Tasks == 0 {
		a.Tasks = DefaultTasks
	}
	if len(a.Sweep) == 0 {
		a.Sweep = []string{DefaultSweep}
	}
}
