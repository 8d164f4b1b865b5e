-- One row per version of a bill of materials: whose it is, and why its materials do not count (PC1, PC7).
with

versions as (
    select
        exact_bill_of_materials_version_id, exact_item_id, status_code, type_code, is_default_version,
        version_number, batch_qty
    from {{ ref('stg_exact__bill_of_materials_versions') }}
),

deleted_versions as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'bill_of_materials_versions'
),

judged as (
    select
        versions.*,
        case
            when deleted_versions.exact_id is not null then 'version deleted in Exact'
            when (versions.status_code = 30) is not true then 'version is not active'
            when (versions.type_code in (10, 20)) is not true then 'version is of another type'
            when not versions.is_default_version then 'version is not the default'
        end as problem
    from versions
    left join deleted_versions
        on versions.exact_bill_of_materials_version_id = deleted_versions.exact_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by exact_item_id, problem
            -- a recipe (20) before a sales bill of material (10); the newest of several defaults
            order by type_code desc, version_number desc nulls last, exact_bill_of_materials_version_id asc
        ) as version_rank
    from judged
)

select
    exact_bill_of_materials_version_id,
    exact_item_id,
    batch_qty,
    case when problem is null and version_rank > 1 then 'another version is used' else problem end
        as gone_reason
from ranked
