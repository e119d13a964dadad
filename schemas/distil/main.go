// The distiller writes down what kustomize 5.8.1 knows of kinds, as data that citadel embeds.
//
//	go run . ..        writes ../kubernetes.bin and ../field_specs.txt
//
// kubernetes.bin: see schema.go. field_specs.txt: see specs.go.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: distil FOLDER")
		os.Exit(2)
	}
	for name, make := range map[string]func() ([]byte, error){
		"kubernetes.bin": schema, "field_specs.txt": specs,
	} {
		data, err := make()
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name), data, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, name+":", err)
			os.Exit(1)
		}
	}
}
