-- One row per supplier that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__supplier_changes') }}
),

plan_optiply_suppliers as (
    {{ plan_rows('suppliers', ref('int_plan__supplier_brake')) | indent(4) }}
)

select * from plan_optiply_suppliers
