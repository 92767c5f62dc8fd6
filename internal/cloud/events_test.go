package cloud_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/cloud"
)

func recorded(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "events", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestDecodesWhatAWSDocuments: each shape in which the bell may ring.
func TestDecodesWhatAWSDocuments(t *testing.T) {
	put := cloud.Event{Kind: cloud.ObjectCame, Name: "ObjectCreated:Put", Bucket: "mybucket", Key: "HappyFace.jpg"}
	for name, want := range map[string][]cloud.Event{
		"s3-put.json":  {put},
		"sns.json":     {put},
		"s3-test.json": {{Kind: cloud.NothingToDo, Name: "s3:TestEvent", Bucket: "bucketname"}},
		"s3-two.json": {
			{Kind: cloud.ObjectCame, Name: "ObjectCreated:Put", Bucket: "mybucket", Key: "inbox/harbor-main/red flower + 1%2.txt"},
			{Kind: cloud.ObjectGone, Name: "ObjectRemoved:DeleteMarkerCreated", Bucket: "mybucket", Key: "inbox/harbor-main/Résumé.txt"},
		},
		"bridge-created.json": {{Kind: cloud.ObjectCame, Name: "Object Created", Bucket: "amzn-s3-demo-bucket1", Key: "example-key"}},
		"bridge-deleted.json": {{Kind: cloud.ObjectGone, Name: "Object Deleted", Bucket: "amzn-s3-demo-bucket1", Key: "example-key"}},
		"ecs-task.json": {{
			Kind: cloud.TaskChanged, Name: "ECS Task State Change", Cluster: "arn:aws:ecs:us-west-2:111122223333:cluster/FargateCluster",
			Task: "arn:aws:ecs:us-west-2:111122223333:task/FargateCluster/c13b4cb40f1f4fe4a2971f76ae5a47ad", Status: "RUNNING",
		}},
	} {
		got, err := cloud.Decode(recorded(t, name))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		if messages, events, err := cloud.Payload(recorded(t, name)); err != nil || messages != nil || !cmp.Equal(events, want) {
			t.Errorf("%s as what a function is called with: %v, %v, %v", name, messages, events, err)
		}
	}
}

// TestPayload takes a batch of a queue apart, and understands none of it yet.
func TestPayload(t *testing.T) {
	messages, events, err := cloud.Payload(recorded(t, "sqs.json"))
	if err != nil || events != nil || len(messages) != 2 || messages[0].ID != "059f36b4-87a3-44ab-83d2-661975830a7d" ||
		messages[1].Body != "Test message." {
		t.Errorf("%+v, %+v, %v", messages, events, err)
	}
}

const record = `{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put",` +
	`"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}`

func changed(old, new string) string {
	return `{"Records":[` + strings.Replace(record, old, new, 1) + `]}`
}

// TestDecodesOdder: what else AWS sends, and what of it means something.
func TestDecodesOdder(t *testing.T) {
	for text, want := range map[string]cloud.EventKind{
		`{"lodge":"sweep"}`: cloud.SweepDue,
		changed("ObjectCreated:Put", "ObjectCreated:CompleteMultipartUpload"):                                                      cloud.ObjectCame,
		changed("ObjectCreated:Put", "s3:ObjectCreated:Copy"):                                                                      cloud.ObjectCame,
		changed("ObjectCreated:Put", "ObjectRestore:Completed"):                                                                    cloud.ObjectCame,
		changed("ObjectCreated:Put", "ObjectRestore:Post"):                                                                         cloud.NothingToDo,
		changed("ObjectCreated:Put", "LifecycleExpiration:Delete"):                                                                 cloud.ObjectGone,
		changed("ObjectCreated:Put", "ObjectTagging:Put"):                                                                          cloud.NothingToDo,
		changed(`"key":"k"`, `"key":"k","size":"1024","versionId":null,"new":{"field":1}`):                                         cloud.ObjectCame,
		`{"source":"aws.s3","detail-type":"Object Restore Completed","detail":{"bucket":{"name":"b"},"object":{"key":"a+b%20c"}}}`: cloud.ObjectCame,
		`{"source":"aws.s3","detail-type":"Object Tags Added","detail":{}}`:                                                        cloud.NothingToDo,
		`{"source":"aws.ecs","detail-type":"ECS Service Action","detail":{}}`:                                                      cloud.NothingToDo,
	} {
		got, err := cloud.Decode([]byte(text))
		if err != nil || len(got) != 1 || got[0].Kind != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if strings.Contains(text, "a+b%20c") && got[0].Key != "a+b%20c" {
			t.Errorf("a key that was not encoded is %q", got[0].Key)
		}
	}
}

func TestPoison(t *testing.T) {
	wrapped := func(s string) string {
		return `{"Type":"Notification","Message":"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"}`
	}
	for _, text := range []string{
		"", "null", "[]", "{}", "Test message.", `"a"`, `{"Records":[]}`, `{"Records":{}}`, `{"Records":[{}]}`, `{"lodge":"other"}`, "{\xff}",
		changed(`"aws:s3"`, `"aws:dynamodb"`), changed(`"2.1"`, `"3.0"`), changed(`"2.1"`, `""`), changed(`"k"`, `""`), changed(`"k"`, `"%zz"`),
		changed(`{"name":"b"}`, `{}`), `{"Records":[` + record + `,{"eventSource":"aws:sqs"}]}`,
		`{"source":"aws.s3","detail-type":"Object Created"}`, `{"source":"aws.s3","detail-type":"Object Created","detail":{}}`,
		`{"source":"aws.s3","detail-type":"Object Created","detail":"x"}`, `{"source":"acme","detail-type":"x","detail":{}}`,
		`{"source":"aws.ecs","detail-type":"ECS Task State Change","detail":{"taskArn":"arn"}}`,
		wrapped("nonsense"), wrapped(wrapped(wrapped(`{"lodge":"sweep"}`))), `{"Type":"Notification"}`, `{"Type":"SubscriptionConfirmation","Message":"x"}`,
		strings.Repeat("[", 100_000),
	} {
		if events, err := cloud.Decode([]byte(text)); !errors.Is(err, cloud.ErrPoison) || events != nil {
			t.Errorf("%.80s: %+v, %v", text, events, err)
		}
	}
}

// FuzzDecode: whatever comes, it is understood and can be acted on, or it is poison.
func FuzzDecode(f *testing.F) {
	entries, err := os.ReadDir(filepath.Join("testdata", "events"))
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		f.Add(recorded(f, e.Name()))
	}
	f.Add([]byte(`{"lodge":"sweep"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, err := cloud.Decode(data)
		if (err == nil) != (len(events) > 0) || err != nil && (events != nil || !errors.Is(err, cloud.ErrPoison)) {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for _, e := range events {
			object := e.Kind == cloud.ObjectCame || e.Kind == cloud.ObjectGone
			if e.Kind == "" || object && (e.Bucket == "" || e.Key == "") || e.Kind == cloud.TaskChanged && e.Task == "" {
				t.Errorf("nobody can act on %+v", e)
			}
		}
	})
}
