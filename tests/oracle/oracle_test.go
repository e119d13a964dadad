// What each op answers, that a request leaves nothing behind for the next, and that no crash ends the oracle.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const shop = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec:\n  ports: [{port: 80}]\n"

func ask(t *testing.T, request string) *Answer {
	t.Helper()
	notes, err := newNotes()
	if err != nil {
		t.Fatal(err)
	}
	var answer Answer
	if err := json.Unmarshal(respond([]byte(request), notes), &answer); err != nil {
		t.Fatal(err)
	}
	return &answer
}

func request(t *testing.T, fields map[string]any) string {
	t.Helper()
	line, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func TestEachOpAnswers(t *testing.T) {
	config := "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata: {b: yes, a: \"1\"}\n"
	for _, c := range []struct {
		fields map[string]any
		want   string
	}{
		{map[string]any{"op": "decode3", "text": config}, "apiVersion: v1\ndata:\n  a: \"1\"\n  b: \"yes\"\nkind: ConfigMap\nmetadata:\n  name: c\n"},
		{map[string]any{"op": "decode3", "text": "a: b\n"}, "refused: missing Resource metadata"},
		{map[string]any{"op": "nodes3", "text": "a: [1] # x\n"}, `[{"k":"doc","l":1,"c":1,"n":[{"k":"map","t":"!!map","l":1,"c":1,"n":[{"k":"scalar","t":"!!str","v":"a","l":1,"c":1},{"k":"seq","s":32,"t":"!!seq","l":1,"c":4,"e":"# x","n":[{"k":"scalar","t":"!!int","v":"1","l":1,"c":5}]}]}]}]`},
		{map[string]any{"op": "nodes2", "text": "a: yes\nb: 2001-01-01\n"}, `{"a":true,"b":"2001-01-01"}`},
		{map[string]any{"op": "nodes2", "text": "a: 1\na: 2\n", "strict": true}, "refused: yaml: unmarshal errors:\n  line 2: key \"a\" already set in map"},
		{map[string]any{"op": "emit2", "text": `{"b":"yes","a":1e30}`}, "a: 1e+30\nb: \"yes\"\n"},
		{map[string]any{"op": "emit3", "text": "a:   'x' # y\nb:\n    - 1\n"}, "a: 'x' # y\nb:\n- 1\n"},
		{map[string]any{"op": "merge", "text": shop, "patch": "apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {ports: [{port: 81}]}\n"}, "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  ports:\n  - port: 81\n  - port: 80\n"},
		{map[string]any{"op": "jsonpatch", "text": shop, "patch": "- {op: add, path: /spec/x, value: yes}\n"}, "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  ports:\n  - port: 80\n  x: true\n"},
		{map[string]any{"op": "hash", "text": config}, "dg79t4479m"},
		{map[string]any{"op": "kustomization", "text": "bases: [a]\n"}, `{"kind":"Kustomization","apiVersion":"kustomize.config.k8s.io/v1beta1","resources":["a"]}`},
		{map[string]any{"op": "kustomization", "text": "basis: [a]\n"}, `refused: invalid Kustomization: json: unknown field "basis"`},
		{map[string]any{"op": "build", "root": "/o", "files": map[string]string{"/b/s.yaml": shop, "/b/kustomization.yaml": "resources: [s.yaml]", "/o/kustomization.yaml": "bases: [../b]\nnamePrefix: x-"}},
			"apiVersion: v1\nkind: Service\nmetadata:\n  name: x-shop\nspec:\n  ports:\n  - port: 80\n(# Warning: 'bases' is deprecated. Please use 'resources' instead. Run 'kustomize edit fix' to update your Kustomization automatically.)"},
	} {
		answer := ask(t, request(t, c.fields))
		got := string(bytes.Join(answer.Each, []byte("---\n"))) + string(answer.Out) + string(answer.Data)
		if answer.Refused != "" {
			got = "refused: " + answer.Refused
		}
		for _, w := range answer.Warnings {
			got += "(" + w + ")"
		}
		if !strings.HasPrefix(got, c.want) || c.want == "" {
			t.Errorf("%v:\n got %q\nwant %q", c.fields, got, c.want)
		}
	}
}

func TestASchemaLeavesNothingBehind(t *testing.T) {
	patch := "patches:\n- patch: |-\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: p}\n    spec: {containers: [{name: b}]}\n"
	files := map[string]string{
		"/kustomization.yaml": "resources: [p.yaml]\n" + patch,
		"/p.yaml":             "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n",
		"/schema.json":        `{"definitions":{}}`,
	}
	plain := request(t, map[string]any{"op": "build", "root": "/", "files": files})
	before := string(ask(t, plain).Out)
	files["/kustomization.yaml"] = "openapi: {path: schema.json}\n" + files["/kustomization.yaml"]
	custom := string(ask(t, request(t, map[string]any{"op": "build", "root": "/", "files": files})).Out)
	if !strings.Contains(before, "name: a") || strings.Contains(custom, "name: a") {
		t.Errorf("the schema does not change the merge:\n%s\n%s", before, custom)
	}
	if after := string(ask(t, plain).Out); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func TestRepeatShowsWhatVaries(t *testing.T) {
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a9: x, a10: x, a1b: x}\n"
	if got := ask(t, request(t, map[string]any{"op": "decode3", "text": text, "repeat": 100})); len(got.Others) == 0 {
		t.Error("always the same order")
	}
}

func TestTheOracleSurvives(t *testing.T) {
	program := filepath.Join(t.TempDir(), "citadel-oracle")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for _, i := range "123456789" {
		bomb += "aN: &aN [*aM,*aM,*aM,*aM,*aM,*aM,*aM,*aM,*aM,*aM]\n"
		bomb = strings.NewReplacer("N", string(i), "M", string(i-1)).Replace(bomb)
	}
	requests := []string{
		`not json`,
		request(t, map[string]any{"id": 1, "op": "decode3", "text": "apiVersion: v1\nkind: X\nmetadata: {name: x}\n" + bomb}),
		request(t, map[string]any{"id": 2, "op": "decode3", "text": shop}),
		request(t, map[string]any{"id": 3, "op": "build", "root": "/", "files": map[string]string{"/kustomization.yaml": "resources: [github.com/a/b]"}}),
		request(t, map[string]any{"id": 4, "op": "decode3", "text": shop}),
	}
	file := filepath.Join(t.TempDir(), "requests.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(requests, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &supervisor{program: program, timeout: 3 * time.Second, memory: 1 << 30}
	defer s.stop()
	var out bytes.Buffer
	input, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	if err := relay(s, input, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(requests) {
		t.Fatalf("%d answers to %d requests", len(lines), len(requests))
	}
	for i, refused := range []bool{true, true, false, true, false} {
		if strings.Contains(lines[i], `"refused"`) != refused {
			t.Errorf("answer %d: %.200s", i, lines[i])
		}
		t.Logf("%.150s", lines[i])
	}
}
