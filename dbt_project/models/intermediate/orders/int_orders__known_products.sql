-- One row per product that a sell order line may name (SO11): Optiply has it, or this run creates it.
{{ plan_there('products', ref('plan_optiply_products')) }}
