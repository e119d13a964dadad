// Requests and answers: their fields, and which function answers which op. README.md is the protocol for
// those who ask.
package main

import (
	"encoding/json"
	"fmt"
)

// Request is one question. Texts come as a JSON string (text) or, byte for byte, in base64 (text64).
type Request struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Op     string          `json:"op"`
	Repeat int             `json:"repeat,omitempty"`

	Text    string `json:"text,omitempty"`
	Text64  []byte `json:"text64,omitempty"`
	Patch   string `json:"patch,omitempty"`
	Patch64 []byte `json:"patch64,omitempty"`

	// nodes3, emit3: kio splits and resolves aliases as kustomize does; emit3: stream is one encoder for all
	Mode string `json:"mode,omitempty"`
	// nodes2
	Strict bool `json:"strict,omitempty"`
	// emit3
	Wide bool `json:"wide,omitempty"`
	// print
	Node *node `json:"node,omitempty"`
	// merge
	Append bool `json:"append,omitempty"`
	Raw    bool `json:"raw,omitempty"`

	Build
}

// Answer is what a request gets: Refused, or one of the others.
type Answer struct {
	ID       json.RawMessage `json:"id,omitempty"`
	Refused  string          `json:"refused,omitempty"`
	Out      []byte          `json:"out,omitempty"`
	Each     [][]byte        `json:"each,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	Others   []*Answer       `json:"others,omitempty"`
}

func answerTo(request *Request) (*Answer, error) {
	text, patch := request.Text64, request.Patch64
	if text == nil {
		text = []byte(request.Text)
	}
	if patch == nil {
		patch = []byte(request.Patch)
	}
	switch request.Op {
	case "decode3":
		return decode3(text)
	case "nodes3":
		return nodes3(text, request.Mode)
	case "nodes2":
		return nodes2(text, request.Strict)
	case "emit2":
		return emit2(text)
	case "emit3":
		return emit3(text, request.Mode, request.Wide)
	case "merge":
		return merge(patch, text, request)
	case "jsonpatch":
		return jsonpatch(patch, text)
	case "print":
		return printNode(request.Node)
	case "json3":
		return json3(text)
	case "respell":
		return respell(text)
	case "hash":
		return hash(text)
	case "kustomization":
		return kustomization(text)
	case "build":
		return build(&request.Build)
	}
	return nil, fmt.Errorf("bad request: no op %q", request.Op)
}
