// Resources: texts read as kustomize reads a resource file, changed by one patch, printed as kustomize prints.
package main

import (
	"fmt"

	"sigs.k8s.io/kustomize/api/filters/patchjson6902"
	"sigs.k8s.io/kustomize/api/hasher"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resource"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

func read(text []byte) ([]*resource.Resource, error) {
	return provider.NewDefaultDepProvider().GetResourceFactory().SliceFromBytes(text)
}

func printed(resources []*resource.Resource) (*Answer, error) {
	answer := &Answer{Each: [][]byte{}}
	for _, r := range resources {
		if r.IsNilOrEmpty() {
			continue
		}
		out, err := r.AsYAML()
		if err != nil {
			return nil, err
		}
		answer.Each = append(answer.Each, out)
	}
	return answer, nil
}

func decode3(text []byte) (*Answer, error) {
	resources, err := read(text)
	if err != nil {
		return nil, err
	}
	return printed(resources)
}

// merge applies each object of a strategic patch to each resource of a text. By default as the transformers do
// (kind and name of the target stay); raw merges the bare nodes, where a list may also grow at its end.
func merge(patch, text []byte, request *Request) (*Answer, error) {
	patches, err := read(patch)
	if err != nil {
		return nil, fmt.Errorf("patch: %w", err)
	}
	targets, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	for _, target := range targets {
		for _, p := range patches {
			if target.IsNilOrEmpty() {
				break
			}
			if !request.Raw {
				if err := target.ApplySmPatch(p.DeepCopy()); err != nil {
					return nil, err
				}
				continue
			}
			direction := kyaml.MergeOptionsListPrepend
			if request.Append {
				direction = kyaml.MergeOptionsListAppend
			}
			merged, err := merge2.Merge(p.Copy(), &target.RNode, kyaml.MergeOptions{ListIncreaseDirection: direction})
			if err != nil {
				return nil, err
			}
			if merged == nil {
				target.SetYNode(nil)
			} else {
				target.RNode = *merged
			}
		}
	}
	return printed(targets)
}

func jsonpatch(patch, text []byte) (*Answer, error) {
	targets, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	for _, target := range targets {
		if err := target.ApplyFilter(patchjson6902.Filter{Patch: string(patch)}); err != nil {
			return nil, err
		}
	}
	return printed(targets)
}

// json3 gives each resource as JSON, as JSON patches and hashes see it.
func json3(text []byte) (*Answer, error) {
	resources, err := read(text)
	if err != nil {
		return nil, err
	}
	answer := &Answer{Each: [][]byte{}}
	for _, r := range resources {
		out, err := r.MarshalJSON()
		if err != nil {
			return nil, err
		}
		answer.Each = append(answer.Each, out)
	}
	return answer, nil
}

// respell sends each resource through JSON and back, as a JSON patch does, and prints the nodes by yaml.v3.
func respell(text []byte) (*Answer, error) {
	resources, err := read(text)
	if err != nil {
		return nil, err
	}
	answer := &Answer{Each: [][]byte{}}
	for _, r := range resources {
		out, err := r.MarshalJSON()
		if err != nil {
			return nil, err
		}
		if err := r.UnmarshalJSON(out); err != nil {
			return nil, err
		}
		s, err := r.RNode.String()
		if err != nil {
			return nil, err
		}
		answer.Each = append(answer.Each, []byte(s))
	}
	return answer, nil
}

func hash(text []byte) (*Answer, error) {
	resources, err := read(text)
	if err != nil {
		return nil, err
	}
	answer := &Answer{Each: [][]byte{}}
	for _, r := range resources {
		h, err := r.Hash(&hasher.Hasher{})
		if err != nil {
			return nil, err
		}
		answer.Each = append(answer.Each, []byte(h))
	}
	return answer, nil
}
