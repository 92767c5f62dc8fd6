package main

import (
	"strconv"
	"strings"
	"testing"

	"example.com/lodge/internal/config"
)

func TestBucket(t *testing.T) {
	tp := production(t)
	r := tp.one(t, "S3::Bucket")
	checks(t, r, map[string]string{
		"VersioningConfiguration.Status": "Enabled",
		"BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm": "AES256",
		"PublicAccessBlockConfiguration.BlockPublicAcls":                                                  "true",
		"PublicAccessBlockConfiguration.BlockPublicPolicy":                                                "true",
		"PublicAccessBlockConfiguration.IgnorePublicAcls":                                                 "true",
		"PublicAccessBlockConfiguration.RestrictPublicBuckets":                                            "true",
		"OwnershipControls.Rules.0.ObjectOwnership":                                                       "BucketOwnerEnforced",
		"NotificationConfiguration.QueueConfigurations.0.Queue":                                           "<Queue.Arn>",
		"NotificationConfiguration.QueueConfigurations.0.Event":                                           "s3:ObjectCreated:*",
		"NotificationConfiguration.QueueConfigurations.0.Filter.S3Key.Rules":                              `[{"Name":"prefix","Value":"inbox/"}]`,
	})
	if len(r.DependsOn) != 1 || r.DependsOn[0] != "QueuePolicy" {
		t.Errorf("the bucket is made after %v: S3 refuses to ring a queue that it may not ring yet", r.DependsOn)
	}
}

// TestEncryptedOnTheWay: bucket, queues and topics refuse what does not come over TLS.
func TestEncryptedOnTheWay(t *testing.T) {
	tp := production(t)
	for kind, n := range map[string]int{"S3::BucketPolicy": 1, "SQS::QueuePolicy": 2, "SNS::TopicPolicy": 3} {
		list := tp.of(kind)
		if len(list) != n {
			t.Errorf("%d of %s", len(list), kind)
		}
		for _, r := range list {
			denied := false
			for _, s := range statements(r.Properties["PolicyDocument"]) {
				denied = denied || s.effect == "Deny" && s.principal == `{"AWS":"*"}` && s.condition == `{"Bool":{"aws:SecureTransport":"false"}}`
			}
			if !denied {
				t.Errorf("%s: plain requests are not denied", r.id)
			}
		}
	}
	s := statements(tp.one(t, "S3::BucketPolicy").Properties["PolicyDocument"])[0]
	if got := strings.Join(s.on, " "); s.does[0] != "s3:*" || got != "<Bucket.Arn> <Bucket.Arn>/*" {
		t.Errorf("of the bucket %s %s is denied", s.does, got)
	}
}

// TestWhoMayRing: no other bucket, of whomever, can put messages into the queue.
func TestWhoMayRing(t *testing.T) {
	for _, r := range production(t).of("SQS::QueuePolicy") {
		for _, s := range statements(r.Properties["PolicyDocument"]) {
			if s.effect == "Allow" && (s.principal != `{"Service":"s3.amazonaws.com"}` || len(s.does) != 1 || s.does[0] != "sqs:SendMessage" ||
				!strings.Contains(s.condition, ":s3:::smith-lodge") || !strings.Contains(s.condition, "AWS::AccountId")) {
				t.Errorf("%s allows %+v", r.id, s)
			}
		}
	}
}

// TestQueueOutlivesTheTrigger: what the trigger works on is not seen by another, a
// message that cannot be taken in ends as a person's, and one bad message does not
// bring back the good ones.
func TestQueueOutlivesTheTrigger(t *testing.T) {
	tp := production(t)
	number := func(r resource, path string) int {
		n, err := strconv.Atoi(r.at(path))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return n
	}
	mapping, function := tp.one(t, "Lambda::EventSourceMapping"), tp.one(t, "Lambda::Function")
	var queue, dead resource
	for _, q := range tp.of("SQS::Queue") {
		if q.Properties["RedrivePolicy"] != nil {
			queue = q
		} else {
			dead = q
		}
		if q.at("SqsManagedSseEnabled") != "true" {
			t.Errorf("%s is not encrypted", q.id)
		}
	}
	if got, least := number(queue, "VisibilityTimeout"), 6*number(function, "Timeout")+number(mapping, "MaximumBatchingWindowInSeconds"); got < least {
		t.Errorf("a message is seen again after %d s, want %d at least", got, least)
	}
	if number(queue, "RedrivePolicy.maxReceiveCount") < 3 || queue.at("RedrivePolicy.deadLetterTargetArn") != "<DeadQueue.Arn>" {
		t.Errorf("redrive %s", queue.at("RedrivePolicy"))
	}
	if number(dead, "MessageRetentionPeriod") < number(queue, "MessageRetentionPeriod") {
		t.Error("the queue of the dead forgets before the queue") // a message keeps its age when it moves
	}
	checks(t, mapping, map[string]string{"FunctionResponseTypes": `["ReportBatchItemFailures"]`, "EventSourceArn": "<Queue.Arn>"})
	if n := number(mapping, "ScalingConfig.MaximumConcurrency"); n < 2 || n > 10 {
		t.Errorf("%d triggers for the queue at a time: it is 2 at least, and a young AWS account has 10 for all", n)
	}
}

// TestLifecycle: nothing that may still be needed goes. The firm's own files and proof
// never do.
func TestLifecycle(t *testing.T) {
	bucket := production(t).one(t, "S3::Bucket")
	rules := map[string]resource{}
	for _, rule := range dig(map[string]any(bucket.Properties), "LifecycleConfiguration.Rules").([]any) {
		r := resource{Properties: rule.(map[string]any)}
		rules[r.at("Prefix")] = r
		if r.at("Status") != "Enabled" {
			t.Errorf("the rule for %q is off", r.at("Prefix"))
		}
	}
	days := func(prefix, path string) int {
		n, err := strconv.Atoi(rules[prefix].at(path))
		if err != nil {
			t.Errorf("%s has no %s", prefix, path)
		}
		return n
	}
	const ended, replaced = "ExpirationInDays", "NoncurrentVersionExpiration.NoncurrentDays"
	longest := 0
	for _, c := range known() {
		longest = max(longest, c.Hours.DaysToFile)
	}
	if n := days(config.StagedKeys, ended); n <= longest {
		t.Errorf("copies are kept for %d days, and a carrier takes invoices for %d", n, longest)
	}
	if marks, versions := days(config.TakenKeys, ended), days(config.InboxKeys, replaced); marks <= versions || versions <= longest {
		t.Errorf("marks are kept for %d days, versions for %d", marks, versions)
	}
	for _, prefix := range []string{config.InboxKeys, config.EvidenceKeys, config.StatusKeys, ""} {
		for _, path := range []string{ended, "ExpirationDate"} {
			if got := rules[prefix].at(path); got != "" {
				t.Errorf("what lies in %q is removed: %s", prefix, got)
			}
		}
	}
	if got := rules[config.EvidenceKeys].at("Transitions.0.StorageClass"); got != "GLACIER_IR" { // read at once, unlike the other cold ones
		t.Errorf("evidence moves to %s", got)
	}
	if got := rules[""].at("AbortIncompleteMultipartUpload.DaysAfterInitiation"); got != "7" {
		t.Errorf("parts of uploads are removed after %q days", got)
	}
}

// TestEvidenceIsKept: only where lodge.yaml says that evidence may go can the worker
// remove it, and what it removed goes for good; else every version stays for ever.
func TestEvidenceIsKept(t *testing.T) {
	for _, c := range []struct {
		tp   template
		goes bool
	}{{production(t), true}, {staging(t), false}} {
		if got := strings.Contains(strings.Join(rights(c.tp), "\n"), "WorkerRole s3:DeleteObject"); got != c.goes {
			t.Errorf("%s: the worker removes evidence: %v", c.tp.path, got)
		}
		for _, rule := range dig(map[string]any(c.tp.one(t, "S3::Bucket").Properties), "LifecycleConfiguration.Rules").([]any) {
			r := resource{Properties: rule.(map[string]any)}
			if r.at("Prefix") != config.EvidenceKeys {
				continue
			}
			for _, path := range []string{"NoncurrentVersionExpiration", "ExpiredObjectDeleteMarker"} {
				if (r.at(path) != "") != c.goes {
					t.Errorf("%s: %s: %s", c.tp.path, path, flat(rule))
				}
			}
		}
	}
}

func TestSecretsHaveNoValue(t *testing.T) {
	for _, tp := range []template{production(t), staging(t)} {
		for _, r := range tp.of("SecretsManager::Secret") {
			for _, path := range []string{"SecretString", "GenerateSecretString"} {
				if r.Properties[path] != nil {
					t.Errorf("%s has a %s", r.id, path)
				}
			}
		}
	}
	checks(t, staging(t).Resources["Secretsmithdusk"], map[string]string{
		"Description": "The login of account smith-dusk at Dusk Casualty. Keys: username, token (optional)",
	})
	if got := len(staging(t).of("SecretsManager::Secret")); got != 4 { // its accounts; nothing is signed
		t.Errorf("%d secrets in staging", got)
	}
}

func TestLogsAreKept(t *testing.T) {
	for _, tp := range []template{production(t), staging(t)} {
		for _, r := range tp.of("Logs::LogGroup") {
			checks(t, r, map[string]string{"RetentionInDays": "400"})
		}
	}
}
