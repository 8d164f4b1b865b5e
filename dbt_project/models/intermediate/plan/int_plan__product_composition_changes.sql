-- One row per composition of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('productCompositions') %}
with

compositions as (
    select
        remote_id, composed_product_remote_id, part_product_remote_id, part_quantity,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_product_compositions') }}
    where {{ plan_is_on('productCompositions') }}
),

-- C8: only evidence removes a composition; one that is merely absent from the mart stays
leaving as (
    select remote_id, reason
    from {{ ref('int_compositions__leaving') }}
    where {{ plan_is_on('productCompositions') }}
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'productCompositions'
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'productCompositions'
),

suspects as (
    select
        compositions.*,
        md5('{' || compositions.fields || '}') as desired_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
    from compositions
    left join records on compositions.remote_id = records.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where
        records.payload is null
        or records.payload_hash is distinct from md5('{' || compositions.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
    from suspects
),

changes as (
    select
        if(is_known, 'update', 'create') as operation,
        remote_id,
        optiply_id,
        '{' || fields || '}' as payload,
        desired_hash as payload_hash,
        composed_product_remote_id,
        part_product_remote_id,
        case when is_known then changed_attributes end as changed_attributes,
        case when is_known then {{ plan_reason_for_update() | indent(8) }} else 'new in Exact' end as reason,
    from compared
    where not is_known or changed_attributes is not null
    union all by name
    select 'delete' as operation, records.remote_id, records.optiply_id, leaving.reason
    from records
    inner join leaving on records.remote_id = leaving.remote_id
    -- both desired and leaving is a contradiction of ours: an invariant fails, nothing is deleted
    anti join compositions on records.remote_id = compositions.remote_id
),

product_composition_changes as (
    select
        'productCompositions' as entity,
        changes.*,
        refusals.refusal_message,
        changes.operation = 'delete' as is_leaving,
    from changes
    left join refusals
        on
            changes.remote_id = refusals.remote_id
            and coalesce(changes.payload_hash, '') = refusals.refused_hash
)

select * from product_composition_changes
