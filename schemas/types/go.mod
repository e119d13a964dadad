module citadel/schemas/types

go 1.24
