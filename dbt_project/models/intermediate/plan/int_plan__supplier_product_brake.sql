-- One row per measure of the brake over supplier products: how many of those in Optiply the plan would hit.
{{ brake('supplierProducts', ref('int_plan__supplier_product_changes')) }}
