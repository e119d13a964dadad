// Texts: YAML to nodes, YAML to JSON and back, by the two YAML libraries kustomize uses.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	yaml3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	yaml2 "sigs.k8s.io/yaml"
)

// node is how a yaml.Node is written down: the names are short because there are many.
type node struct {
	Kind     string  `json:"k"`
	Style    uint32  `json:"s,omitempty"`
	Tag      string  `json:"t,omitempty"`
	Value    string  `json:"v,omitempty"`
	Value64  []byte  `json:"v64,omitempty"`
	Anchor   string  `json:"a,omitempty"`
	Line     int     `json:"l,omitempty"`
	Column   int     `json:"c,omitempty"`
	Head     string  `json:"h,omitempty"`
	LineNote string  `json:"e,omitempty"`
	Foot     string  `json:"f,omitempty"`
	Children []*node `json:"n,omitempty"`
}

var kinds = map[yaml3.Kind]string{
	yaml3.DocumentNode: "doc", yaml3.SequenceNode: "seq", yaml3.MappingNode: "map",
	yaml3.ScalarNode: "scalar", yaml3.AliasNode: "alias", 0: "none",
}

// dump writes a node down; an alias keeps its name and not what it stands for. Nodes that appear in several
// places, as they do after aliases are resolved, may make the dump large: the caller bounds it.
func dump(n *yaml3.Node, budget *int) (*node, error) {
	if *budget--; *budget < 0 {
		return nil, fmt.Errorf("more nodes than the oracle writes down")
	}
	d := &node{
		Kind: kinds[n.Kind], Style: uint32(n.Style), Tag: n.ShortTag(), Value: n.Value, Anchor: n.Anchor,
		Line: n.Line, Column: n.Column, Head: n.HeadComment, LineNote: n.LineComment, Foot: n.FootComment,
	}
	if b, err := json.Marshal(n.Value); err != nil || !bytes.Equal(unquoted(b), []byte(n.Value)) {
		d.Value, d.Value64 = "", []byte(n.Value)
	}
	if n.Kind == yaml3.AliasNode {
		d.Tag = ""
	}
	for _, child := range n.Content {
		c, err := dump(child, budget)
		if err != nil {
			return nil, err
		}
		d.Children = append(d.Children, c)
	}
	return d, nil
}

// undump makes a node of what dump writes, or of what no text reads as: texts with other tags and styles than their own.
func undump(d *node) *yaml3.Node {
	n := &yaml3.Node{
		Style: yaml3.Style(d.Style), Tag: d.Tag, Value: d.Value, Anchor: d.Anchor,
		HeadComment: d.Head, LineComment: d.LineNote, FootComment: d.Foot,
	}
	for kind, name := range kinds {
		if name == d.Kind {
			n.Kind = kind
		}
	}
	for _, child := range d.Children {
		n.Content = append(n.Content, undump(child))
	}
	return n
}

// printNode prints a node that was handed over: as output (out), and by yaml.v3 (the first of each), then after JSON
// and back by yaml.v3 (the second).
func printNode(d *node) (*Answer, error) {
	if d == nil {
		return nil, fmt.Errorf("bad request: no node")
	}
	rn := kyaml.NewRNode(undump(d))
	v3, err := rn.String()
	if err != nil {
		return nil, err
	}
	asJSON, err := rn.MarshalJSON()
	if err != nil {
		return nil, err
	}
	out, err := yaml2.JSONToYAML(asJSON)
	if err != nil {
		return nil, err
	}
	if err := rn.UnmarshalJSON(asJSON); err != nil {
		return nil, err
	}
	back, err := rn.String()
	if err != nil {
		return nil, err
	}
	return &Answer{Out: out, Each: [][]byte{[]byte(v3), []byte(back)}}, nil
}

func unquoted(b []byte) []byte {
	var s string
	_ = json.Unmarshal(b, &s)
	return []byte(s)
}

func nodes3(text []byte, mode string) (*Answer, error) {
	docs, err := read3(text, mode)
	if err != nil {
		return nil, err
	}
	budget := 2_000_000
	dumped := make([]*node, 0, len(docs))
	for _, doc := range docs {
		d, err := dump(doc, &budget)
		if err != nil {
			return nil, err
		}
		dumped = append(dumped, d)
	}
	return data(dumped)
}

// read3 gives the documents of a text: by a plain decoder, or split and with aliases resolved (kio).
func read3(text []byte, mode string) ([]*yaml3.Node, error) {
	var docs []*yaml3.Node
	if mode == "kio" {
		nodes, err := kio.FromBytes(text)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			docs = append(docs, n.Document())
		}
		return docs, nil
	}
	decoder := kyaml.NewDecoder(bytes.NewReader(text))
	for {
		doc := &yaml3.Node{}
		err := decoder.Decode(doc)
		if err == io.EOF {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
}

func nodes2(text []byte, strict bool) (*Answer, error) {
	var out []byte
	var err error
	if strict {
		out, err = yaml2.YAMLToJSONStrict(text)
	} else {
		out, err = yaml2.YAMLToJSON(text)
	}
	if err != nil {
		return nil, err
	}
	return &Answer{Out: out}, nil
}

func emit2(text []byte) (*Answer, error) {
	out, err := yaml2.JSONToYAML(text)
	if err != nil {
		return nil, err
	}
	return &Answer{Out: out}, nil
}

// emit3 reads a text and prints it again, comments and styles kept: each document by an encoder of its own
// (as kustomize prints a node), all by one (stream), or after kustomize's own splitting (kio).
func emit3(text []byte, mode string, wide bool) (*Answer, error) {
	docs, err := read3(text, mode)
	if err != nil {
		return nil, err
	}
	indent := kyaml.CompactSequenceStyle
	if wide {
		indent = kyaml.WideSequenceStyle
	}
	if mode == "stream" {
		var out bytes.Buffer
		e := kyaml.NewEncoderWithOptions(&out, &kyaml.EncoderOptions{SeqIndent: indent})
		for _, doc := range docs {
			if err := e.Encode(doc); err != nil {
				return nil, err
			}
		}
		if err := e.Close(); err != nil {
			return nil, err
		}
		return &Answer{Out: out.Bytes()}, nil
	}
	answer := &Answer{}
	for _, doc := range docs {
		out, err := kyaml.MarshalWithOptions(doc, &kyaml.EncoderOptions{SeqIndent: indent})
		if err != nil {
			return nil, err
		}
		answer.Each = append(answer.Each, out)
	}
	return answer, nil
}

// kustomization reads a text as a kustomization file and gives what kustomize understood, old fields upgraded.
func kustomization(text []byte) (*Answer, error) {
	var k types.Kustomization
	if err := k.Unmarshal(text); err != nil {
		return nil, err
	}
	k.FixKustomization()
	if err := k.CheckEmpty(); err != nil {
		return nil, err
	}
	if errs := k.EnforceFields(); len(errs) > 0 {
		return nil, fmt.Errorf("%v", errs)
	}
	return data(&k)
}

func data(value any) (*Answer, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &Answer{Data: raw}, nil
}
