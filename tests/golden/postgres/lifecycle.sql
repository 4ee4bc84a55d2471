-- Corner shop: segmentation 'lifecycle', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_lifecycle_features and segment_lifecycle_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   rules are tried in order, and the first that holds takes the customer
--   a comparison with what is unknown is unknown, and so is its opposite; what is unknown does not hold
--   from … to … takes in both ends
-- Segments:
--   New: rule 1: tenure_days is at most 33
--   Reactivated: rule 2, of those whom no rule before it took: recency_days is at most 33 and ((orders is at
--       least 4 and (last_gap_days is more than 234 or (last_gap_days is more than 3 × earlier_gap_days and
--       last_gap_days is more than 36))) or ((orders is less than 4 or orders is unknown or earlier_gap_days is
--       unknown) and last_gap_days is more than 98))
--   Active: rule 3, of those whom no rule before it took: (orders is at least 3 and (recency_days is at most 24
--       or (recency_days is at most 2 × gap_days and recency_days is at most 156))) or ((orders is less than 3
--       or orders is unknown or gap_days is unknown) and recency_days is at most 65)
--   At risk: rule 4, of those whom no rule before it took: (orders is at least 3 and (recency_days is at most 36
--       or (recency_days is at most 3 × gap_days and recency_days is at most 234))) or ((orders is less than 3
--       or orders is unknown or gap_days is unknown) and recency_days is at most 98)
--   Lapsed: all others: none of rules 1 to 4 holds

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
--   purchase_days: one row a customer and day with at least one order. day_before: that customer's purchase day
--       before; null on the first. gap_days: days since then.
--   rhythm_features: one row a customer. tenure_days: days from the first order to as_of. gap_days: mean days
--       between purchase days (null with one). last_gap_days: days between the last two (null with one).
--       earlier_gap_days: mean of the gaps before that one (null with fewer than two gaps). gap_variation:
--       standard deviation of the gaps over their mean, 0 for a clock (null with fewer than two gaps): sqrt(n ×
--       sum of squares − sum²) ÷ sum, from whole numbers, so that neither their order nor rounding can matter.
DROP TABLE IF EXISTS segment_lifecycle_features;
CREATE TABLE segment_lifecycle_features AS
WITH known_orders AS MATERIALIZED (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), rfm_features AS MATERIALIZED (
  SELECT
    customer_id,
    (CAST('2024-10-01' AS DATE) - CAST(MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END) AS DATE)) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
), purchase_days__days AS MATERIALIZED (
  SELECT
    customer_id,
    ordered_on
  FROM known_orders AS orders
  WHERE
    NOT is_return
  GROUP BY
    customer_id,
    ordered_on
), purchase_days__followed AS MATERIALIZED (
  SELECT
    customer_id,
    ordered_on,
    LAG(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on) AS day_before
  FROM purchase_days__days AS days
), purchase_days AS MATERIALIZED (
  SELECT
    customer_id,
    ordered_on,
    day_before,
    (CAST(ordered_on AS DATE) - CAST(day_before AS DATE)) AS gap_days
  FROM purchase_days__followed AS followed
), rhythm_features__gaps AS MATERIALIZED (
  SELECT
    customer_id,
    MIN(ordered_on) AS first_on,
    (CAST(MAX(ordered_on) AS DATE) - CAST(MAX(day_before) AS DATE)) AS last_gap_days,
    COUNT(gap_days) AS gaps,
    SUM(gap_days) AS total,
    SUM(gap_days * gap_days) AS squares
  FROM purchase_days
  GROUP BY
    customer_id
), rhythm_features AS MATERIALIZED (
  SELECT
    customer_id,
    (CAST('2024-10-01' AS DATE) - CAST(first_on AS DATE)) AS tenure_days,
    CASE
      WHEN gaps > 0
      THEN CAST(FLOOR(CAST(total AS DOUBLE PRECISION) / gaps * 1000000 + 0.5) AS DOUBLE PRECISION) / 1000000
    END AS gap_days,
    last_gap_days,
    CASE
      WHEN gaps > 1
      THEN CAST(FLOOR(CAST(total - last_gap_days AS DOUBLE PRECISION) / (gaps - 1) * 1000000 + 0.5) AS DOUBLE PRECISION) / 1000000
    END AS earlier_gap_days,
    CASE
      WHEN gaps > 1
      THEN CAST(FLOOR(
        CAST(SQRT(CAST(gaps * squares - total * total AS DOUBLE PRECISION)) AS DOUBLE PRECISION) / total * 1000000 + 0.5
      ) AS DOUBLE PRECISION) / 1000000
    END AS gap_variation
  FROM rhythm_features__gaps AS gaps
)
SELECT
  rfm_features.customer_id,
  rfm_features.recency_days,
  rfm_features.orders,
  rhythm_features.tenure_days,
  rhythm_features.gap_days,
  rhythm_features.last_gap_days,
  rhythm_features.earlier_gap_days,
  rhythm_features.gap_variation
FROM rfm_features
LEFT JOIN rhythm_features
  ON rfm_features.customer_id = rhythm_features.customer_id;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_lifecycle_assignments;
CREATE TABLE segment_lifecycle_assignments AS
WITH scoring_1 AS MATERIALIZED (
  SELECT
    customer_id,
    CASE
      WHEN tenure_days <= 33
      THEN 'new'
      WHEN (
        recency_days <= 33
        AND (
          (
            orders >= 4
            AND (
              last_gap_days > 234
              OR (
                CAST(last_gap_days AS DOUBLE PRECISION) > CAST('3' AS DOUBLE PRECISION) * CAST(earlier_gap_days AS DOUBLE PRECISION)
                AND last_gap_days > 36
              )
            )
          )
          OR ((orders < 4 OR orders IS NULL OR earlier_gap_days IS NULL) AND last_gap_days > 98)
        )
      )
      THEN 'reactivated'
      WHEN (
        (
          orders >= 3
          AND (
            recency_days <= 24
            OR (
              CAST(recency_days AS DOUBLE PRECISION) <= CAST('2' AS DOUBLE PRECISION) * CAST(gap_days AS DOUBLE PRECISION)
              AND recency_days <= 156
            )
          )
        )
        OR ((orders < 3 OR orders IS NULL OR gap_days IS NULL) AND recency_days <= 65)
      )
      THEN 'active'
      WHEN (
        (
          orders >= 3
          AND (
            recency_days <= 36
            OR (
              CAST(recency_days AS DOUBLE PRECISION) <= CAST('3' AS DOUBLE PRECISION) * CAST(gap_days AS DOUBLE PRECISION)
              AND recency_days <= 234
            )
          )
        )
        OR ((orders < 3 OR orders IS NULL OR gap_days IS NULL) AND recency_days <= 98)
      )
      THEN 'at_risk'
      ELSE 'lapsed'
    END AS segment_id
  FROM segment_lifecycle_features AS features
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 'new'
    THEN 'New'
    WHEN segment_id = 'reactivated'
    THEN 'Reactivated'
    WHEN segment_id = 'active'
    THEN 'Active'
    WHEN segment_id = 'at_risk'
    THEN 'At risk'
    WHEN segment_id = 'lapsed'
    THEN 'Lapsed'
  END AS segment_name,
  CAST(1 AS DOUBLE PRECISION) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS VARCHAR) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of
FROM scoring_1;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE PRECISION) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.tenure_days AS DOUBLE PRECISION)) AS mean_tenure_days,
  AVG(CAST(f.recency_days AS DOUBLE PRECISION)) AS mean_recency_days,
  AVG(CAST(f.orders AS DOUBLE PRECISION)) AS mean_orders,
  AVG(CAST(f.last_gap_days AS DOUBLE PRECISION)) AS mean_last_gap_days,
  AVG(CAST(f.earlier_gap_days AS DOUBLE PRECISION)) AS mean_earlier_gap_days,
  AVG(CAST(f.gap_days AS DOUBLE PRECISION)) AS mean_gap_days
FROM segment_lifecycle_assignments AS a
INNER JOIN segment_lifecycle_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC NULLS LAST,
  a.segment_id;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_lifecycle_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_lifecycle_features) AS found,
    (SELECT COUNT(*) FROM segment_lifecycle_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_lifecycle_assignments) AS found,
    (SELECT COUNT(*) FROM segment_lifecycle_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_lifecycle_assignments) AS found,
    (SELECT COUNT(*) FROM segment_lifecycle_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_lifecycle_assignments) AS found,
    (SELECT COUNT(*) FROM segment_lifecycle_assignments) AS wanted
) AS checks
ORDER BY
  check_number;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    'new' AS segment_id,
    'New' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    'reactivated' AS segment_id,
    'Reactivated' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    'active' AS segment_id,
    'Active' AS segment_name
  UNION ALL
  SELECT
    4 AS place,
    'at_risk' AS segment_id,
    'At risk' AS segment_name
  UNION ALL
  SELECT
    5 AS place,
    'lapsed' AS segment_id,
    'Lapsed' AS segment_name
) AS s
LEFT JOIN segment_lifecycle_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place;
