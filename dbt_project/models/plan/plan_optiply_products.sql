-- One row per product that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__product_changes') }}
),

plan_optiply_products as (
    {{ plan_rows('products', ref('int_plan__product_brake'), held_by='stock_held_by') | indent(4) }}
)

select * from plan_optiply_products
