-- One row per measure of the brake over products: how many of those in Optiply the plan would hit.
{{ brake('products', ref('int_plan__product_changes')) }}
