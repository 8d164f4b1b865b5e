-- C10: no row of an entity with incomplete inputs goes out, whatever else is said about it.
select planned.entity, planned.remote_id, planned.blocked_by
from {{ ref('plan_optiply') }} as planned
inner join {{ ref('int_plan__held_entities') }} as held_entities
    on planned.entity = held_entities.entity
where starts_with(planned.blocked_by, 'held: ') is not true
