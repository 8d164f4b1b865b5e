-- One row per Optiply product or supplier that the ledger knows: the Exact id it stands for.
with

records as (
    select entity, optiply_id, remote_id, accepted_at
    from {{ source('ledger', 'records') }}
    where entity in ('products', 'suppliers') and optiply_id is not null
),

latest as (
    select entity, optiply_id, remote_id
    from records
    qualify row_number() over (
        partition by entity, optiply_id order by accepted_at desc nulls last, remote_id asc
    ) = 1
)

select * from latest
