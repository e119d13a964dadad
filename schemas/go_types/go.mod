module citadel/schemas/go_types

go 1.24
