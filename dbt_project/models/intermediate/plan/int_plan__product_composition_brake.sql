-- One row per measure of the brake over compositions: how many of those in Optiply the plan would hit.
{{ brake('productCompositions', ref('int_plan__product_composition_changes')) }}
