-- One row per measure of the brake over suppliers: how many of those in Optiply the plan would hit.
{{ brake('suppliers', ref('int_plan__supplier_changes')) }}
